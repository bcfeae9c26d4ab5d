import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeBase64 } from '../../app/codecs/bytes/base64.ts'
import { mediaTypeOfName } from '../../app/codecs/media/media-name.ts'
import {
  isTextual,
  mediaKind,
  normaliseMediaType,
  sniffBase64,
  sniffBytes,
} from '../../app/codecs/media/media-type.ts'
import { writeWav } from '../fakes/recordings-of-speech.ts'
import { sharedRoot } from '../fakes/shared.ts'

/** Bytes of a binary string, with enough behind it to be a file. */
const binary = (head: string, behind = 0) =>
  Uint8Array.from(head + '\x01'.repeat(behind), (unit) => unit.charCodeAt(0))
const utf8 = (text: string) => new TextEncoder().encode(text)
const little = (value: number, length: number) =>
  String.fromCharCode(...Array.from({ length }, (_, at) => (value / 256 ** at) & 255))

/** Local headers, or directory entries, of a zip archive with the given entries. */
const zip = (...names: string[]) =>
  names
    .map((name) => `PK\x03\x04${'\0'.repeat(22)}${little(name.length, 2)}\0\0${name}\x05\x06`)
    .join('')
const zipDirectory = (...names: string[]) =>
  names
    .map((name) => `PK\x01\x02${'\0'.repeat(24)}${little(name.length, 2)}${'\0'.repeat(16)}${name}`)
    .join('')

/** A compound file whose directory is in its second sector. */
const compound = (...streams: string[]) => {
  const header = `\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1${'\0'.repeat(22)}${little(9, 2)}`
  const entries = streams.map((name) => `${[...name].join('\0')}\0`.padEnd(128, '\0')).join('')
  return `${header.padEnd(48, '\0')}${little(1, 4)}`.padEnd(1024, '\0') + entries.padEnd(512, '\0')
}

const mp3Frame = `\xff\xfb\x90\x00${'\x55'.repeat(413)}`
const aacFrame = `\xff\xf1\x50\x80\x02\xa0\xfc${'\x21'.repeat(14)}`

const SHOWN: [what: string, bytes: Uint8Array, mediaType: string | undefined][] = [
  ['png', binary('\x89PNG\r\n\x1a\n', 20), 'image/png'],
  ['jpeg', binary('\xff\xd8\xff\xe0', 20), 'image/jpeg'],
  ['gif', binary('GIF89a', 20), 'image/gif'],
  ['webp', binary('RIFF\0\0\0\0WEBPVP8 '), 'image/webp'],
  ['bmp', binary(`BM${little(100, 4)}\0\0\0\0${little(54, 4)}${little(40, 4)}`), 'image/bmp'],
  ['tiff', binary('II*\0\x08\0\0\0'), 'image/tiff'],
  ['heic', binary('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'image/heic'],
  ['heif by its second brand', binary('\0\0\0\x18ftypmif1\0\0\0\0mif1heic'), 'image/heic'],
  ['avif', binary('\0\0\0\x1cftypavif\0\0\0\0avifmif1'), 'image/avif'],
  ['avif by its second brand', binary('\0\0\0\x1cftypmif1\0\0\0\0mif1avif'), 'image/avif'],
  ['svg', utf8('\n<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
  ['svg in xml', utf8('<?xml version="1.0"?>\n<!-- a --><svg width="1"/>'), 'image/svg+xml'],
  ['pdf', utf8('%PDF-1.7\n%âãÏÓ'), 'application/pdf'],
  ['pdf behind junk', binary('\0\0junk\n%PDF-1.4'), 'application/pdf'],
  [
    'docx',
    binary(zip('[Content_Types].xml', '_rels/.rels', 'word/document.xml')),
    officeType('wordprocessingml.document'),
  ],
  ['xlsx', binary(zip('xl/workbook.xml')), officeType('spreadsheetml.sheet')],
  [
    'pptx',
    binary(zip('[Content_Types].xml', 'ppt/presentation.xml')),
    officeType('presentationml.presentation'),
  ],
  [
    'docx by its directory',
    binary(
      `${zip('[Content_Types].xml')}${'\x07'.repeat(9000)}${zipDirectory('[Content_Types].xml', 'word/document.xml')}`,
    ),
    officeType('wordprocessingml.document'),
  ],
  [
    'odt',
    binary(`${zip('mimetype').slice(0, -2)}application/vnd.oasis.opendocument.textPK\x03\x04`),
    'application/vnd.oasis.opendocument.text',
  ],
  ['zip', binary(zip('a.txt', 'b.txt')), 'application/zip'],
  ['doc', binary(compound('Root Entry', 'Data', 'WordDocument')), 'application/msword'],
  ['xls', binary(compound('Root Entry', 'Workbook')), 'application/vnd.ms-excel'],
  ['another compound file', binary(compound('Root Entry')), 'application/x-ole-storage'],
  ['rtf', utf8('{\\rtf1\\ansi'), 'application/rtf'],
  ['wav', writeWav(new Uint8Array(8), { sampleRate: 8000 }), 'audio/wav'],
  ['mp3 with tags', binary('ID3\x04\0\0', 30), 'audio/mpeg'],
  ['mp3 without', binary(mp3Frame + mp3Frame), 'audio/mpeg'],
  ['aac', binary(aacFrame + aacFrame), 'audio/aac'],
  ['flac', binary('fLaC', 20), 'audio/flac'],
  ['vorbis', binary(`OggS${'\0'.repeat(24)}\x01vorbis`), 'audio/ogg'],
  ['opus', binary(`OggS${'\0'.repeat(24)}OpusHead`), 'audio/opus'],
  ['theora', binary(`OggS${'\0'.repeat(24)}\x80theora`), 'video/ogg'],
  ['m4a', binary('\0\0\0\x1cftypM4A \0\0\x02\0'), 'audio/mp4'],
  ['mp4', binary('\0\0\0\x20ftypisom\0\0\x02\0'), 'video/mp4'],
  ['mov', binary('\0\0\0\x14ftypqt  \0\0\x02\0'), 'video/quicktime'],
  ['old mov', binary('\0\0\0\x08moov', 20), 'video/quicktime'],
  ['3gp', binary('\0\0\0\x14ftyp3gp4\0\0\x02\0'), 'video/3gpp'],
  ['webm', binary('\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm....V_VP9..A_OPUS'), 'video/webm'],
  ['webm of sound', binary('\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm........A_OPUS'), 'audio/webm'],
  ['mkv', binary('\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska'), 'video/x-matroska'],
  ['flv', binary('FLV\x01\x05', 20), 'video/x-flv'],
  ['wmv', binary('\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9', 20), 'video/x-ms-wmv'],
  ['mpeg', binary('\0\0\x01\xba\x44', 20), 'video/mpeg'],
  ['avi', binary('RIFF\0\0\0\0AVI LIST'), 'video/x-msvideo'],
  ['mpeg transport stream', binary(`G${'\x01'.repeat(187)}`.repeat(3)), 'video/mp2t'],
  ['html', utf8('<!-- x -->\n<!DOCTYPE html><html></html>'), 'text/html'],
  ['html without a frame', utf8('<p class="a">Hi'), 'text/html'],
  ['xml', utf8('\uFEFF<?xml version="1.0"?><orders/>'), 'application/xml'],
  ['json', utf8(' {"a": [1, 2]} '), 'application/json'],
  ['long json', utf8(JSON.stringify([{ a: 'ü'.repeat(5000) }])), 'application/json'],
  ['text that begins like json', utf8('["quoted"] is how it begins'), 'text/plain'],
  ['a link in markdown', utf8('[see](https://example.com) this'), 'text/plain'],
  ['csv', utf8('region,revenue\nnorth,4217\n'), 'text/plain'],
  ['text in utf-8, cut inside a letter', utf8('世界'.repeat(3000)), 'text/plain'],
  ['text in utf-16', binary('\xff\xfeH\0i\0'), 'text/plain'],
  ['text that begins like a bitmap', utf8('BMW builds cars, and other things.'), 'text/plain'],
  ['a word that begins like a tag', utf8('ID 3 is not a tag'), 'text/plain'],
  ['bytes without a meaning', binary('\x00\x01\x02\x03', 40), undefined],
  ['text that is no utf-8', binary('gr\xfc\xdf'), undefined],
  ['samples that begin like mp3', binary('\xff\xfb\x90\x00\x01\x02\x03\x04', 3000), undefined],
  ['nothing', new Uint8Array(0), undefined],
]

function officeType(form: string): string {
  return `application/vnd.openxmlformats-officedocument.${form}`
}

describe('content', () => {
  it.each(SHOWN)('shows what it is: %s', (_, bytes, mediaType) => {
    expect(sniffBytes(bytes)).toBe(mediaType)
    expect(sniffBase64(encodeBase64(bytes))).toBe(mediaType)
  })

  it('is hardly decoded to be known', () => {
    const png = encodeBase64(binary('\x89PNG\r\n\x1a\n', 8000))
    const spoilt = `${png.slice(0, 6000)}****${png.slice(6004)}`
    expect(sniffBase64(spoilt)).toBe('image/png')
  })

  const png = binary('\x89PNG\r\n\x1a\n', 20)
  const settled: [what: string, bytes: Uint8Array, claim: string, mediaType: string][] = [
    ['wins over a wrong claim', png, 'image/jpeg', 'image/png'],
    ['wins over a claim of text', png, 'text/plain', 'image/png'],
    ['lets text be the text it is said to be', utf8('a,b\n1,2'), 'text/csv', 'text/csv'],
    ['lets json be text', utf8('{"a":1}'), 'text/markdown', 'text/markdown'],
    ['is text even when a picture was claimed', utf8('no picture'), 'image/png', 'text/plain'],
    [
      'lets a container hold what is said',
      binary('\0\0\0\x20ftypisom\0\0'),
      'audio/m4a',
      'audio/mp4',
    ],
    [
      'lets a zip be the document it is said to be',
      binary(zip('a')),
      officeType('spreadsheetml.sheet'),
      officeType('spreadsheetml.sheet'),
    ],
    [
      'says nothing and leaves it to the claim',
      binary('\0\x01\x02'),
      'Audio/PCM; rate=16000',
      'audio/pcm',
    ],
  ]
  it.each(settled)('%s', (_, bytes, claim, mediaType) => {
    expect(sniffBytes(bytes, claim)).toBe(mediaType)
    expect(sniffBase64(encodeBase64(bytes), claim)).toBe(mediaType)
  })
})

describe('a claimed media type', () => {
  it.each([
    ['image/jpg', 'image/jpeg'],
    [' IMAGE/PNG ; q=1', 'image/png'],
    ['audio/x-wav', 'audio/wav'],
    ['video/mov', 'video/quicktime'],
    ['text/xml;charset=utf-8', 'application/xml'],
    ['application/vnd.something+json', 'application/vnd.something+json'],
    ['application/octet-stream', undefined],
    ['png', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', (claim, mediaType) => {
    expect(normaliseMediaType(claim)).toBe(mediaType)
  })

  it('has a kind, and may be text', () => {
    const types = ['image/png', 'audio/wav', 'video/mp4', 'application/pdf', 'application/json']
    expect(types.map(mediaKind)).toEqual(['image', 'audio', 'video', 'document', 'document'])
    expect(types.map(isTextual)).toEqual([false, false, false, false, true])
  })

  it('may come from the name of a file', () => {
    const names = ['a.PNG', 'report.final.docx', 'notes.markdown', 'speech.m4a', 'README', 'x.zzz']
    expect(names.map(mediaTypeOfName)).toEqual([
      'image/png',
      officeType('wordprocessingml.document'),
      'text/markdown',
      'audio/mp4',
      undefined,
      undefined,
    ])
  })
})

describe.skipIf(!sharedRoot())('real files', () => {
  const found: [name: string, mediaType: string | undefined][] = [
    ['animated.gif', 'image/gif'],
    ['photo.gif', 'image/gif'],
    ['photo.jpg', 'image/jpeg'],
    ['photo.png', 'image/png'],
    ['photo.webp', 'image/webp'],
    ['two-pages.pdf', 'application/pdf'],
    ['letter.docx', officeType('wordprocessingml.document')],
    ['table.xlsx', officeType('spreadsheetml.sheet')],
    ['invoice.json', 'application/json'],
    ['orders.xml', 'application/xml'],
    ['page.html', 'text/html'],
    ['notes.txt', 'text/plain'],
    ['notes.md', 'text/plain'],
    ['table.csv', 'text/plain'],
    ['speech-en.wav', 'audio/wav'],
    ['speech-en.mp3', 'audio/mpeg'],
    ['speech-en.flac', 'audio/flac'],
    ['speech-en.ogg', 'audio/ogg'],
    ['speech-en.opus', 'audio/opus'],
    ['speech-en.m4a', 'audio/mp4'],
    ['speech-en.webm', 'audio/webm'],
    ['speech-en.pcm', undefined],
    ['video-1s.mp4', 'video/mp4'],
    ['video-1s.mov', 'video/quicktime'],
    ['video-1s.mkv', 'video/x-matroska'],
    ['video-1s.webm', 'video/webm'],
  ]
  it.each(found)('show what they are: %s', (name, mediaType) => {
    const bytes = new Uint8Array(readFileSync(join(sharedRoot() ?? '', 'fixtures-media', name)))
    expect(sniffBytes(bytes)).toBe(mediaType)
    expect(sniffBase64(encodeBase64(bytes))).toBe(mediaType)
    const named = mediaTypeOfName(name)
    const leavesRoom = mediaType === undefined || isTextual(mediaType)
    expect(sniffBytes(bytes, named)).toBe(leavesRoom ? named : mediaType)
  })
})
