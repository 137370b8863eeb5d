// Writes cid.json: the CIDs that `ipfs add --cid-version=1` gives, by unrelated JavaScript.
//
//     npm install --no-save ipfs-unixfs-importer@17 blockstore-core@7 && node clearing/netting/vectors/cid.mjs
//
// The options are Kubo's defaults with CIDv1: raw leaves, chunks of 256 KiB, a balanced tree of 174 links a node.
import { writeFileSync } from "node:fs";
import { MemoryBlockstore } from "blockstore-core/memory";
import { importer } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced } from "ipfs-unixfs-importer/layout";

const CHUNK = 262144;
const sizes = [
  0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5, 174 * CHUNK, 174 * CHUNK + 1, 175 * CHUNK,
  348 * CHUNK + 1, 30_000_000,
];

// Bytes that differ from chunk to chunk: byte i is the top byte of i * 2654435761 mod 2^32, as in the test.
function file(size) {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = Math.imul(i, 2654435761) >>> 24;
  return bytes;
}

const options = {
  cidVersion: 1, rawLeaves: true, wrapWithDirectory: false, reduceSingleLeafToSelf: true,
  chunker: fixedSize({ chunkSize: CHUNK }), layout: balanced({ maxChildrenPerNode: 174 }),
};
const vectors = [];
for (const size of sizes) {
  for await (const entry of importer([{ content: file(size) }], new MemoryBlockstore(), options)) {
    vectors.push({ cid: entry.cid.toString(), size });
  }
}
writeFileSync(new URL("cid.json", import.meta.url), `${JSON.stringify(vectors, null, 1)}\n`);
