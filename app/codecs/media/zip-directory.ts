/** What the directory of an archive says of its entries, none of which is unpacked. */
interface ZipSurvey {
  entries: number
  /** Bytes of all entries, packed and unpacked. */
  packed: number
  unpacked: number
}

const END = 0x06054b50
const ENTRY = 0x02014b50
/** The end of the directory with the longest comment behind it. */
const LONGEST_END = 22 + 65_535
/** Stands for a size that is told elsewhere, since it is 4 GB or more. */
const ELSEWHERE = 0xffffffff

/** Reads the directory of a ZIP archive; undefined when there is none that can be read. */
export function surveyZip(bytes: Uint8Array): ZipSurvey | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(view)
  if (end === undefined) return undefined
  const entries = view.getUint16(end + 10, true)
  const survey: ZipSurvey = { entries, packed: 0, unpacked: 0 }
  let at = view.getUint32(end + 16, true)
  for (let index = 0; index < entries; index++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== ENTRY) return undefined
    const packed = view.getUint32(at + 20, true)
    const unpacked = view.getUint32(at + 24, true)
    survey.packed += packed
    survey.unpacked += unpacked === ELSEWHERE ? Number.POSITIVE_INFINITY : unpacked
    const extras = [28, 30, 32].map((place) => view.getUint16(at + place, true))
    at += 46 + extras[0]! + extras[1]! + extras[2]!
  }
  return survey
}

function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - LONGEST_END)
  for (let at = view.byteLength - 22; at >= first; at--) {
    if (view.getUint32(at, true) === END) return at
  }
  return undefined
}
