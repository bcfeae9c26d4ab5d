import { deflateRawSync } from 'node:zlib'

interface ZipEntry {
  name: string
  content: Uint8Array | string
  /** Told in the directory instead of the true size. */
  claimed?: number
}

/** An archive of packed entries; it has no checksums, which nobody reads here. */
function zipArchive(entries: ZipEntry[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, claimed } of entries) {
    const packed = deflateRawSync(content)
    const title = Buffer.from(name)
    const sizes = [packed.length, claimed ?? Buffer.byteLength(content)] as const
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(8, 8)
    local.writeUInt32LE(sizes[0], 18)
    local.writeUInt32LE(sizes[1], 22)
    local.writeUInt16LE(title.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(sizes[0], 20)
    entry.writeUInt32LE(sizes[1], 24)
    entry.writeUInt16LE(title.length, 28)
    entry.writeUInt32LE(offset, 42)
    locals.push(local, title, packed)
    directory.push(entry, title)
    offset += 30 + title.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, ...directory, end])
}

/** The least that is recognised as a Word document. */
export const wordDocument = (body: Uint8Array | string, claimed?: number) =>
  zipArchive([
    { name: '[Content_Types].xml', content: '<Types/>' },
    { name: 'word/document.xml', content: body, claimed },
  ])
