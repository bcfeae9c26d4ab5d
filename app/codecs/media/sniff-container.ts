import { type ByteWindow, littleEndian } from '../bytes/byte-window.ts'
import { entryOf } from '../table.ts'

const OOXML = 'application/vnd.openxmlformats-officedocument'

/** What the name of an entry tells of the archive around it. */
const ZIP_ENTRIES: readonly (readonly [prefix: string, mediaType: string])[] = [
  ['word/', `${OOXML}.wordprocessingml.document`],
  ['xl/', `${OOXML}.spreadsheetml.sheet`],
  ['ppt/', `${OOXML}.presentationml.presentation`],
]

/** More than the directory of any office document takes. */
const ZIP_TAIL = 65_536

/** Office documents by the names of their entries: near the front, else in the directory at the end. */
export function sniffZip(head: string, content: ByteWindow): string {
  const openDocument = /^mimetype.{0,64}?(application\/[a-z]+[\w.+-]*)/s.exec(head.slice(30, 200))
  if (openDocument?.[1]) return openDocument[1].replace(/PK.*$/, '')
  const tail = () => content.at(Math.max(0, content.size - ZIP_TAIL), ZIP_TAIL)
  return (
    typeByEntries(head, { signature: 'PK\x03\x04', sizeAt: 26, nameAt: 30 }) ??
    typeByEntries(tail(), { signature: 'PK\x01\x02', sizeAt: 28, nameAt: 46 }) ??
    'application/zip'
  )
}

interface EntryHeader {
  signature: string
  sizeAt: number
  nameAt: number
}

function typeByEntries(text: string, { signature, sizeAt, nameAt }: EntryHeader) {
  for (let at = text.indexOf(signature); at !== -1; at = text.indexOf(signature, at + 4)) {
    const start = at + nameAt
    const name = text.slice(start, start + littleEndian(text, at + sizeAt, 2))
    const known = ZIP_ENTRIES.find(([prefix]) => name.startsWith(prefix))
    if (known) return known[1]
  }
  return undefined
}

/** Streams inside the compound files of Office before 2007; the names are UTF-16. */
const OFFICE_STREAMS: readonly (readonly [name: string, mediaType: string])[] = [
  ['WordDocument', 'application/msword'],
  ['Workbook', 'application/vnd.ms-excel'],
  ['Book', 'application/vnd.ms-excel'],
  ['PowerPoint Document', 'application/vnd.ms-powerpoint'],
]

/** The header says in which sector the directory starts: https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb */
export function sniffOffice(head: string, content: ByteWindow): string {
  const sectorSize = 2 ** Math.min(littleEndian(head, 30, 2), 16)
  const directory = content.at((littleEndian(head, 48, 4) + 1) * sectorSize, 4096)
  const found = OFFICE_STREAMS.find(([name]) => directory.includes(`${[...name].join('\0')}\0\0\0`))
  return found ? found[1] : 'application/x-ole-storage'
}

const BRANDS: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  avis: 'image/avif',
  heic: 'image/heic',
  heix: 'image/heic',
  hevc: 'image/heic',
  hevx: 'image/heic',
  heim: 'image/heic',
  heis: 'image/heic',
  'qt  ': 'video/quicktime',
  'M4A ': 'audio/mp4',
  'M4B ': 'audio/mp4',
  'M4P ': 'audio/mp4',
}

/** By the brands of the `ftyp` box, the major one first. */
export function sniffIsoMedia(head: string): string {
  const brand = head.slice(8, 12)
  const known = entryOf(BRANDS, brand)
  if (known) return known
  if (/^3g[p2]/.test(brand)) return 'video/3gpp'
  if (brand !== 'mif1' && brand !== 'msf1') return 'video/mp4'
  return head.slice(16, 64).includes('avif') ? 'image/avif' : 'image/heic'
}

/** WebM or Matroska, of sound alone when the tracks at the front name no codec for pictures. */
export function sniffEbml(head: string): string | undefined {
  const form = head.slice(0, 64).includes('webm') ? 'webm' : 'x-matroska'
  return /A_[A-Z]/.test(head) && !/V_[A-Z]/.test(head) ? `audio/${form}` : `video/${form}`
}

export function sniffOgg(head: string): string {
  const front = head.slice(0, 512)
  if (front.includes('\x80theora')) return 'video/ogg'
  return front.includes('OpusHead') ? 'audio/opus' : 'audio/ogg'
}
