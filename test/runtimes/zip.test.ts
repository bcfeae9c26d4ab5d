import { crc32, inflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { zip } from '../../deploy/zip.ts'

it('packs files so that they can be found by the directory at the end', () => {
  const files = [
    { name: 'index.mjs', bytes: Buffer.from('export const a = 1\n'.repeat(100)) },
    { name: 'größe.txt', bytes: Buffer.from('') },
  ]
  expect(unzip(zip(files))).toEqual(
    files.map(({ name, bytes }) => ({ name, mode: 0o100644, text: bytes.toString() })),
  )
})

/** Reads an archive as unpackers do: from the end of the directory back to each file. */
function unzip(archive: Buffer) {
  const end = archive.length - 22
  expect(archive.readUInt32LE(end)).toBe(0x06054b50)
  let at = archive.readUInt32LE(end + 16)
  return Array.from({ length: archive.readUInt16LE(end + 10) }, () => {
    expect(archive.readUInt32LE(at)).toBe(0x02014b50)
    const size = archive.readUInt32LE(at + 20)
    const nameLength = archive.readUInt16LE(at + 28)
    const place = archive.readUInt32LE(at + 42)
    const name = archive.subarray(at + 46, at + 46 + nameLength).toString()
    expect(archive.readUInt32LE(place)).toBe(0x04034b50)
    const body = place + 30 + nameLength
    const bytes = inflateRawSync(archive.subarray(body, body + size))
    expect(crc32(bytes)).toBe(archive.readUInt32LE(at + 16))
    const mode = archive.readUInt32LE(at + 38) >>> 16
    at += 46 + nameLength
    return { name, mode, text: bytes.toString() }
  })
}
