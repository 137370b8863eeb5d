//! Tables and keys of a TOML file as text: enough for the manifests of this repository, without a TOML parser.

/// The text of `[table]`, or of one key of it when `what` is `[table] key`, without comments and blank lines.
pub(crate) fn toml(text: &str, what: &str) -> Result<String, String> {
    let (header, key) = match what.find("] ") {
        Some(end) => (&what[..=end], Some(&what[end + 2..])),
        None => (what, None),
    };
    let lines: Vec<_> = table(text, header).collect();
    let lines = key.map_or(lines.clone(), |key| entry(&lines, key));
    if lines.is_empty() {
        Err(format!("there is no {what}"))
    } else {
        Ok(lines.join("\n"))
    }
}

/// The keys of the table `header`, like `[dependencies]`; of `name.workspace = true` it is `name`.
pub fn toml_keys<'a>(text: &'a str, header: &'a str) -> impl Iterator<Item = &'a str> {
    table(text, header).filter(|line| is_entry(line)).map(key_of)
}

/// The headers of all tables, with their brackets.
pub fn toml_tables(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| line.starts_with('['))
        .map(str::trim_end)
}

fn table<'a>(text: &'a str, header: &'a str) -> impl Iterator<Item = &'a str> {
    let mut inside = false;
    text.lines().filter(move |line| {
        if line.starts_with('[') {
            inside = line.trim_end() == header;
            return false;
        }
        inside && !line.trim().is_empty() && !line.trim_start().starts_with('#')
    })
}

/// The line of `key` with the lines that continue it, which are indented or close a bracket.
fn entry<'a>(lines: &[&'a str], key: &str) -> Vec<&'a str> {
    let Some(start) = lines
        .iter()
        .position(|line| is_entry(line) && key_of(line) == key)
    else {
        return Vec::new();
    };
    let more = lines[start + 1..]
        .iter()
        .take_while(|line| !is_entry(line))
        .count();
    lines[start..=start + more].to_vec()
}

fn is_entry(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '"')
}

fn key_of(line: &str) -> &str {
    line.split([' ', '.', '=']).next().unwrap_or(line)
}
