// Rows and columns of Parquet files as the hub's pages read them:
//   node read_hyparquet.mjs NODE_MODULES FILE...   a line of JSON for each: {rows, columns, first}
const [modules, ...paths] = process.argv.slice(2)
const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } =
  await import(`${modules}/hyparquet/src/node.js`)

const plain = (key, v) => typeof v === 'bigint' ? v.toString() : ArrayBuffer.isView(v) ? Array.from(v) : v
for (const path of paths) {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const rows = await parquetReadObjects({ file, metadata, rowStart: 0, rowEnd: 3 })
  console.log(JSON.stringify({
    rows: Number(metadata.num_rows), columns: Object.keys(rows[0] ?? {}), first: rows[0] ?? null,
  }, plain))
}
