// Writes v1.json: inputs and expected bytes for every encoding of the protocol.
//
//     node protocol/vectors/generate.mjs           write the file
//     node protocol/vectors/generate.mjs --check   fail if the file differs
//
// Nothing here shares code with the Rust crate. Leaves and trees come from OpenZeppelin's package, EIP-712 is
// written out from its specification, Borsh by hand. Keys are sorted, because forge's parseJson decodes
// structs in alphabetical order; 64-bit and larger integers are decimal strings.
import { readFileSync, writeFileSync } from "node:fs";
import { encode } from "@metamask/abi-utils";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { keccak256 as keccak } from "ethereum-cryptography/keccak.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "ethereum-cryptography/utils.js";

const hex = (bytes) => `0x${bytesToHex(bytes)}`;
const keccakHex = (...parts) => hex(keccak(concatBytes(...parts)));
// Repeatable bytes that look like nothing in particular.
const bytes = (label, length) => keccakHex(utf8ToBytes(label)).slice(0, 2 + 2 * length);

const U32_MAX = 2 ** 32 - 1;
const U64_MAX = (2n ** 64n - 1n).toString();
const U128_MAX = (2n ** 128n - 1n).toString();
const I128_MIN = (-(2n ** 127n)).toString();
const I128_MAX = (2n ** 127n - 1n).toString();

// --- EIP-712: https://eips.ethereum.org/EIPS/eip-712 (for flat structs)

const TYPES = {
  EIP712Domain: [["string", "name"], ["string", "version"], ["uint256", "chainId"], ["address", "verifyingContract"]],
  BatchHeader: [
    ["uint64", "chain"], ["bytes32", "settlement"], ["uint64", "sequence"], ["bytes32", "intentsRoot"],
    ["bytes32", "deltasRoot"], ["bytes32", "itemsRoot"], ["bytes", "blobCid"], ["uint32", "intentCount"],
    ["uint32", "deltaCount"], ["uint32", "itemCount"], ["uint64", "openedAt"],
  ],
  Claim: [["bytes32", "id"], ["address", "account"], ["uint256", "amount"], ["uint64", "deadline"]],
  OrderCheckpoint: [
    ["uint64", "chain"], ["bytes32", "settlement"], ["uint64", "number"], ["bytes32", "root"], ["uint32", "orderCount"],
  ],
  Pay: [
    ["address", "owner"], ["address", "session"], ["uint64", "nonce"], ["uint64", "createdAt"], ["uint64", "expiresAt"],
    ["address", "to"], ["address", "asset"], ["uint128", "amount"], ["bytes32", "order"],
  ],
  List: [
    ["address", "owner"], ["address", "session"], ["uint64", "nonce"], ["uint64", "createdAt"], ["uint64", "expiresAt"],
    ["address", "collection"], ["uint256", "tokenId"], ["address", "currency"], ["uint128", "price"],
  ],
  Buy: [
    ["address", "owner"], ["address", "session"], ["uint64", "nonce"], ["uint64", "createdAt"], ["uint64", "expiresAt"],
    ["address", "collection"], ["uint256", "tokenId"], ["address", "currency"], ["uint128", "maxPrice"],
  ],
  Cancel: [
    ["address", "owner"], ["address", "session"], ["uint64", "nonce"], ["uint64", "createdAt"], ["uint64", "expiresAt"],
    ["bytes32", "intent"],
  ],
};

function hashStruct(name, value) {
  const fields = TYPES[name];
  const encodeType = `${name}(${fields.map(([type, field]) => `${type} ${field}`).join(",")})`;
  const types = ["bytes32"];
  const values = [keccak(utf8ToBytes(encodeType))];
  for (const [type, field] of fields) {
    const dynamic = { string: utf8ToBytes, bytes: (v) => hexToBytes(v.slice(2)) }[type];
    types.push(dynamic ? "bytes32" : type);
    values.push(dynamic ? keccak(dynamic(value[field])) : value[field]);
  }
  return keccak(encode(types, values));
}

function typedData(domainName, { chainId, verifyingContract }, name, value) {
  const separator = hashStruct("EIP712Domain", { name: domainName, version: "1", chainId, verifyingContract });
  const digest = keccakHex(new Uint8Array([0x19, 0x01]), separator, hashStruct(name, value));
  return { digest, separator: hex(separator) };
}

// --- Borsh: https://borsh.io

const little = (value, length) =>
  Uint8Array.from({ length }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));

const BORSH = {
  uint128: (v) => little(v, 16),
  uint64: (v) => little(v, 8),
  uint32: (v) => little(v, 4),
  bytes32: (v) => hexToBytes(v.slice(2)),
  bytes: (v) => hexToBytes(v.slice(2)), // a fixed array in Rust: no length in front
};

const solanaMessage = (prefix, name, value) =>
  hex(concatBytes(utf8ToBytes(prefix), ...TYPES[name].map(([type, field]) => BORSH[type](value[field]))));

// An intent's own fields, then the number of its action (a variant of an enum), then the action's fields.
const INTENT_FIELDS = [
  ["uint64", "chain"], ["bytes32", "settlement"], ["bytes32", "owner"], ["bytes32", "session"], ["uint64", "nonce"],
  ["uint64", "createdAt"], ["uint64", "expiresAt"],
];
const ACTIONS = {
  pay: [0, ["bytes32", "to"], ["bytes32", "asset"], ["uint128", "amount"], ["bytes32", "order"]],
  list: [1, ["bytes32", "collection"], ["bytes32", "tokenId"], ["bytes32", "currency"], ["uint128", "price"]],
  buy: [2, ["bytes32", "collection"], ["bytes32", "tokenId"], ["bytes32", "currency"], ["uint128", "maxPrice"]],
  cancel: [3, ["bytes32", "intent"]],
};

function solanaIntent(intent) {
  const [number, ...fields] = ACTIONS[intent.action];
  const encode = (list) => list.map(([type, field]) => BORSH[type](intent[field]));
  return concatBytes(
    utf8ToBytes("Novate intent v1\n"), ...encode(INTENT_FIELDS), new Uint8Array([number]), ...encode(fields),
  );
}

// --- Inputs

const EVM_OWNER = `0x${"00".repeat(12)}${bytes("address", 20).slice(2)}`;
const ZERO = `0x${"00".repeat(32)}`;
const ONES = `0x${"ff".repeat(32)}`;

const headers = [
  {
    chain: "31337", settlement: EVM_OWNER, sequence: "1", intentsRoot: bytes("intents", 32),
    deltasRoot: bytes("deltas", 32), itemsRoot: ZERO, blobCid: `0x01551220${bytes("blob", 32).slice(2)}`,
    intentCount: 1000, deltaCount: 12, itemCount: 0, openedAt: "1795262400",
  },
  {
    chain: U64_MAX, settlement: ONES, sequence: U64_MAX, intentsRoot: ONES, deltasRoot: ONES, itemsRoot: ONES,
    blobCid: `0x${"ff".repeat(36)}`, intentCount: U32_MAX, deltaCount: U32_MAX, itemCount: U32_MAX,
    openedAt: U64_MAX,
  },
  {
    chain: "0", settlement: ZERO, sequence: "0", intentsRoot: ZERO, deltasRoot: ZERO, itemsRoot: ZERO,
    blobCid: `0x${"00".repeat(36)}`, intentCount: 0, deltaCount: 0, itemCount: 0, openedAt: "0",
  },
];
const claims = [
  { id: bytes("claim", 32), account: bytes("alice", 20), amount: "1500000000000000000", deadline: "1795262400" },
  { id: ONES, account: `0x${"ff".repeat(20)}`, amount: U128_MAX, deadline: U64_MAX },
  { id: ZERO, account: `0x${"00".repeat(20)}`, amount: "0", deadline: "0" },
];
const checkpoints = [
  { chain: "31337", settlement: EVM_OWNER, number: "1", root: bytes("orders", 32), orderCount: 25 },
  { chain: U64_MAX, settlement: ONES, number: U64_MAX, root: ONES, orderCount: U32_MAX },
  { chain: "0", settlement: ZERO, number: "0", root: ZERO, orderCount: 0 },
];
const domains = [
  { chainId: "31337", verifyingContract: bytes("contract", 20) },
  { chainId: "1", verifyingContract: `0x${"ff".repeat(20)}` },
  { chainId: (2n ** 53n + 1n).toString(), verifyingContract: bytes("another contract", 20) },
];

// What an action names: of ordinary values, of the highest, and of the lowest.
function ofAction(action, { word, token, amount }) {
  const traded = { collection: word("collection"), tokenId: token, currency: word("currency") };
  return {
    pay: { to: word("recipient"), asset: word("asset"), amount, order: amount === "0" ? ZERO : bytes("order", 32) },
    list: { ...traded, price: amount },
    buy: { ...traded, maxPrice: amount },
    cancel: { intent: amount === "0" ? ZERO : bytes("intent", 32) },
  }[action];
}
const intentsOf = (scheme) =>
  Object.keys(ACTIONS).flatMap((action) => {
    const length = { ed25519: 32, eip712: 20 }[scheme];
    const made = (numbers, word, token, amount) => ({
      action, ...numbers, settlement: word("settlement"), owner: word("owner"), session: word("session"),
      ...ofAction(action, { word, token, amount }),
    });
    const fill = (digits) => () => `0x${digits.repeat(length)}`;
    const token = { ed25519: [ZERO, ONES, ZERO], eip712: ["42", (2n ** 256n - 1n).toString(), "0"] }[scheme];
    return [
      made(
        { chain: "31337", nonce: "7", createdAt: "1795262400", expiresAt: "1795266000" },
        (label) => bytes(`${action} ${label}`, length), token[0], "1500000000000000000",
      ),
      made({ chain: U64_MAX, nonce: U64_MAX, createdAt: U64_MAX, expiresAt: U64_MAX }, fill("ff"), token[1], U128_MAX),
      made({ chain: "0", nonce: "0", createdAt: "0", expiresAt: "0" }, fill("00"), token[2], "0"),
    ];
  });

const DELTA = [["uint32", "index"], ["bytes32", "owner"], ["bytes32", "asset"], ["bytes32", "session"], ["int128", "amount"]];
const ITEM = [["uint32", "index"], ["bytes32", "asset"], ["bytes32", "tokenId"], ["bytes32", "from"], ["bytes32", "to"]];
const INTENT = [["uint32", "index"], ["bytes32", "intentId"], ["uint8", "outcome"]];
const ORDER = [["uint32", "index"], ["bytes32", "orderId"]];
const REWARD = [["bytes32", "distribution"], ["bytes32", "account"], ["uint128", "cumulative"]];

const delta = (index, amount) => ({
  index, owner: bytes(`owner ${index}`, 32), asset: bytes("asset", 32), session: bytes(`session ${index}`, 32), amount,
});
const deltas = [
  delta(0, "0"), delta(1, "1"), delta(2, "-1"), delta(3, "1000000007"), delta(4, "-1000000007"),
  delta(5, I128_MAX), delta(6, I128_MIN), delta(7, "18446744073709551615"), delta(8, "-18446744073709551616"),
  { index: U32_MAX, owner: EVM_OWNER, asset: ONES, session: ZERO, amount: "256" },
];
const items = [
  { index: 0, asset: EVM_OWNER, tokenId: `0x${"00".repeat(31)}2a`, from: bytes("seller", 32), to: bytes("buyer", 32) },
  { index: U32_MAX, asset: ONES, tokenId: ONES, from: ZERO, to: ONES },
];
const intents = [
  { index: 0, intentId: bytes("intent", 32), outcome: 0 },
  { index: 1, intentId: bytes("another intent", 32), outcome: 3 },
  { index: U32_MAX, intentId: ZERO, outcome: 255 },
];
const orders = [
  { index: 0, orderId: bytes("order", 32) },
  { index: 258, orderId: ONES },
  { index: U32_MAX, orderId: ZERO },
];
const rewards = [
  { distribution: bytes("distribution", 32), account: bytes("earner", 32), cumulative: "18446744073709551616" },
  { distribution: ONES, account: EVM_OWNER, cumulative: U128_MAX },
  { distribution: ZERO, account: ZERO, cumulative: "0" },
];

// --- Output

const treeOf = (fields, rows) =>
  StandardMerkleTree.of(
    rows.map((row) => fields.map(([, name]) => (typeof row[name] === "number" ? String(row[name]) : row[name]))),
    fields.map(([type]) => type),
    { sortLeaves: false },
  );
// The root of a tree of one leaf is that leaf's hash.
const withHash = (fields) => (row) => ({ ...row, hash: treeOf(fields, [row]).root });

// [first, count] of every range of a small tree, and of some of a big one: at its ends, and where its two levels of
// leaves meet (leaf 72 is the first on the upper level).
function ranges(count) {
  if (count > 10) return [[0, 100], [0, 1], [99, 1], [1, 99], [26, 30], [71, 1], [71, 2], [72, 28], [60, 30], [95, 5]];
  const firsts = Array.from({ length: count }, (_, first) => first);
  return firsts.flatMap((first) => Array.from({ length: count - first }, (_, i) => [first, i + 1]));
}

function tree(count) {
  const rows = Array.from({ length: count }, (_, i) => delta(i, String((i % 2 ? -1 : 1) * (1000 + i))));
  const built = treeOf(DELTA, rows);
  return {
    leaves: rows.map((row) => withHash(DELTA)(row).hash),
    proofs: rows.map((_, i) => built.getProof(i)),
    // OpenZeppelin's proof for many leaves asks for siblings in the same order, the highest position first.
    ranges: ranges(count).map(([first, length]) => {
      const { proof } = built.getMultiProof(Array.from({ length }, (_, i) => first + i));
      return { count: length, first, proof };
    }),
    root: built.root,
  };
}

const vectors = {
  batches: headers.map((header, i) => ({
    ...header, ...domains[i], ...typedData("Novate Settlement", domains[i], "BatchHeader", header),
    solanaMessage: solanaMessage("Novate batch v1\n", "BatchHeader", header),
  })),
  claims: claims.map((claim, i) => ({
    ...claim, ...domains[i], ...typedData("Novate Rewards", domains[i], "Claim", claim),
  })),
  deltaLeaves: deltas.map(withHash(DELTA)),
  intentLeaves: intents.map(withHash(INTENT)),
  itemLeaves: items.map(withHash(ITEM)),
  orderCheckpoints: checkpoints.map((checkpoint, i) => ({
    ...checkpoint, ...domains[i], ...typedData("Novate Orders", domains[i], "OrderCheckpoint", checkpoint),
    solanaMessage: solanaMessage("Novate order v1\n", "OrderCheckpoint", checkpoint),
  })),
  orderLeaves: orders.map(withHash(ORDER)),
  rewardLeaves: rewards.map(withHash(REWARD)),
  signedIntents: {
    ed25519: intentsOf("ed25519").map((intent) => {
      const message = solanaIntent(intent);
      return { ...intent, id: keccakHex(message), message: hex(message) };
    }),
    // In the domain of the settlement contract, on its chain; the id is the digest.
    eip712: intentsOf("eip712").map((intent) => {
      const name = intent.action[0].toUpperCase() + intent.action.slice(1);
      const domain = { chainId: intent.chain, verifyingContract: intent.settlement };
      return { ...intent, ...typedData("Novate Intents", domain, name, intent) };
    }),
  },
  trees: [1, 2, 3, 5, 8, 100].map(tree),
};

const sortKeys = (_, value) =>
  value && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
const text = `${JSON.stringify(vectors, sortKeys, 1)}\n`;
const file = new URL("v1.json", import.meta.url);
if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
} else if (readFileSync(file, "utf8") !== text) {
  console.error("v1.json is not what generate.mjs makes: run it without --check and review the difference");
  process.exit(1);
}
