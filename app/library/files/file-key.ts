import { normaliseMediaType } from '../../codecs/media/media-type.ts'
import { opposite, timeOfId } from './file-id.ts'
import { escapeName, unescapeName } from './file-name.ts'

/** A file as it is kept. To everybody but its owner it does not exist. */
export interface StoredFile {
  /** Without prefix. */
  id: string
  name: string
  mediaType: string
  purpose: string
  /** Bytes. */
  size: number
  /** Unix seconds. */
  created: number
  /** Unix seconds. */
  expires?: number
}

const RECORDS = 'records'
const CONTENTS = 'contents'
/** Bytes of one segment of a key; 255 are allowed, of which some disks take a few for themselves. */
const SEGMENT = 220
const UNKNOWN_TYPE = 'application/octet-stream'
/** Letters of a media type, so that a key stays within its bounds. */
const LONGEST_TYPE = 100

/** Where an owner's records are; their order is the newest first. */
export const recordsOf = (owner: string) => `${RECORDS}/${escapeName(owner)}/`

/** What the key of a file's record begins with. */
export const recordPrefix = (owner: string, id: string) => `${recordsOf(owner)}${opposite(id)}`

/** Where a file's bytes are. */
export const contentKey = (owner: string, id: string) =>
  `${CONTENTS}/${escapeName(owner)}/${opposite(id)}`

/**
 * The key of a file's record, which is all there is of it: a listing of keys then tells everything about
 * a thousand files at once, and writing one empty object is what makes a file exist.
 */
export function recordKey(owner: string, file: StoredFile): string {
  const members = [
    opposite(file.id),
    file.size.toString(36),
    (file.expires ?? 0).toString(36),
    escapeName(file.purpose),
    (file.mediaType.length > LONGEST_TYPE ? UNKNOWN_TYPE : file.mediaType).replace('/', '~'),
    escapeName(file.name),
  ]
  return recordsOf(owner) + segmented(members.join(','))
}

/** The file that a record's key tells of; undefined for other keys. */
export function fileOfRecord(key: string): (StoredFile & { owner: string }) | undefined {
  const [kind, owner, ...segments] = key.split('/')
  const [turned, size, expires, purpose, type, name] = segments.map(unwrapped).join('').split(',')
  if (kind !== RECORDS || owner === undefined || !turned || !size || !expires) return undefined
  if (purpose === undefined || type === undefined || name === undefined) return undefined
  const id = opposite(turned)
  return {
    id,
    owner: unescapeName(owner),
    name: unescapeName(name),
    mediaType: normaliseMediaType(type.replace('~', '/')) ?? UNKNOWN_TYPE,
    purpose: unescapeName(purpose),
    size: Number.parseInt(size, 36),
    created: Math.floor(timeOfId(id) / 1000),
    expires: Number.parseInt(expires, 36) || undefined,
  }
}

/** Cut so that every segment fits; what follows begins with a comma, so that none is `.` or hidden. */
function segmented(text: string): string {
  const segments: string[] = []
  let segment = ''
  let size = 0
  for (const letter of text) {
    const bytes = letter.length === 2 ? 4 : letter < '\x80' ? 1 : letter < '\u0800' ? 2 : 3
    if (size + bytes > SEGMENT) {
      segments.push(segment)
      segment = ','
      size = 1
    }
    segment += letter
    size += bytes
  }
  return [...segments, segment].join('/')
}

const unwrapped = (segment: string, index: number) => (index === 0 ? segment : segment.slice(1))

/** The owner and id of a file's bytes; undefined for other keys. */
export function ownerOfContent(key: string): { owner: string; id: string } | undefined {
  const [kind, owner, turned] = key.split('/')
  if (kind !== CONTENTS || owner === undefined || !/^[0-9a-f]{32}$/.test(turned ?? ''))
    return undefined
  return { owner: unescapeName(owner), id: opposite(turned!) }
}

export const ALL_RECORDS = `${RECORDS}/`
export const ALL_CONTENTS = `${CONTENTS}/`
