// Some rows of a Parquet file, and what had to be fetched for them:
//   node read_pages.mjs NODE_MODULES FILE FIRST END   {bytes, rows} as JSON
const [modules, path, first, end] = process.argv.slice(2)
const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } =
  await import(`${modules}/hyparquet/src/node.js`)

const whole = await asyncBufferFromFile(path)
const metadata = await parquetMetadataAsync(whole)
let bytes = 0
const file = {
  byteLength: whole.byteLength,
  slice: (start, stop) => {
    bytes += (stop ?? whole.byteLength) - start
    return whole.slice(start, stop)
  },
}
const rows = await parquetReadObjects({
  file, metadata, rowStart: Number(first), rowEnd: Number(end), useOffsetIndex: true,
})
// numbers that JSON does not have, as words
const plain = (key, v) => typeof v === 'bigint' ? Number(v) : Number.isNaN(v) ? 'nan' : v === undefined ? null : v
console.log(JSON.stringify({ bytes, rows }, plain))
