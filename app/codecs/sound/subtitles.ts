import { entryOf } from '../table.ts'

/** A line of subtitles. Seconds. */
interface Cue {
  text: string
  start: number
  end: number
}

/** SubRip: https://docs.fileformat.com/video/srt/ */
export function writeSrt(cues: readonly Cue[]): string {
  return cues.map((cue, at) => `${at + 1}\n${times(cue, ',')}\n${lines(cue.text)}\n`).join('\n')
}

/** WebVTT (https://www.w3.org/TR/webvtt1/), in which markup has meaning and is therefore escaped. */
export function writeVtt(cues: readonly Cue[]): string {
  const blocks = cues.map((cue) => `${times(cue, '.')}\n${escaped(lines(cue.text))}\n`)
  return ['WEBVTT\n', ...blocks].join('\n')
}

/** The least time a cue is shown: one that ends where it begins is none to a player. */
const LEAST = 0.001

function times({ start, end }: Cue, point: string): string {
  return `${stamp(start, point)} --> ${stamp(Math.max(end, start + LEAST), point)}`
}

/** `00:01:02,345` */
function stamp(seconds: number, point: string): string {
  const all = Math.round(Math.max(0, seconds) * 1000)
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const rest = String(all % 1000).padStart(3, '0')
  return `${two(all / 3_600_000)}:${two((all / 60_000) % 60)}:${two((all / 1000) % 60)}${point}${rest}`
}

/** A blank line would end the cue, an arrow would make it another's times. */
const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')
    .replaceAll('-->', '->')

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escaped = (text: string) => text.replace(/[&<>]/g, (sign) => entryOf(ESCAPES, sign)!)
