import { crc32, deflateRawSync } from 'node:zlib'

interface ZippedFile {
  name: string
  bytes: Uint8Array
}

const DEFLATED = 8
const UTF8_NAMES = 0x0800
/** 1 January 1980, the first day a zip can name: the same files give the same archive. */
const DAY = 0x21

/** A zip archive, as PKWARE's APPNOTE 6.3 has it, without extensions. */
export function zip(files: ZippedFile[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const name = Buffer.from(file.name)
    const packed = deflateRawSync(file.bytes)
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0)
    facts.writeUInt16LE(UTF8_NAMES, 2)
    facts.writeUInt16LE(DEFLATED, 4)
    facts.writeUInt16LE(DAY, 8)
    facts.writeUInt32LE(crc32(file.bytes), 10)
    facts.writeUInt32LE(packed.length, 14)
    facts.writeUInt32LE(file.bytes.length, 18)
    facts.writeUInt16LE(name.length, 22)
    bodies.push(signature(0x04034b50), facts, name, packed)
    directory.push(directoryEntry(facts, name, offset))
    offset += 4 + facts.length + name.length + packed.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.length, 4)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(listing.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...bodies, listing, signature(0x06054b50), end])
}

function directoryEntry(facts: Buffer, name: Buffer, offset: number): Buffer {
  const madeBy = Buffer.from([20, 3])
  const place = Buffer.alloc(14)
  // Unix permissions rw-r--r--: Lambda cannot read files that carry none.
  place.writeUInt32LE((0o100644 << 16) >>> 0, 6)
  place.writeUInt32LE(offset, 10)
  return Buffer.concat([signature(0x02014b50), madeBy, facts, place, name])
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
