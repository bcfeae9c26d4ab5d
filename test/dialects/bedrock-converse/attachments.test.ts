import { describe, expect, it } from 'vitest'
import type { MediaKind } from '../../../app/codecs/media/media-type.ts'
import type { MediaPart } from '../../../app/conversation/conversation.ts'
import { formatNames } from '../../../app/dialects/bedrock-converse/media-formats.ts'
import { sharedJson, sharedRoot } from '../../fakes/shared.ts'
import { assistant, call, encode, look, result, user } from './cards.ts'

const DATA = { kind: 'base64', data: 'AAAA' } as const
const media = (type: MediaPart['type'], mediaType?: string, more: Partial<MediaPart> = {}) =>
  ({ type, source: DATA, ...(mediaType && { mediaType }), ...more }) as MediaPart

const contentOf = (...parts: (MediaPart | string)[]) =>
  encode({ turns: [user(...parts)] }).body.messages?.[0]?.content

describe('attachments on the wire', () => {
  it('are what their media type says, under names that Converse has', () => {
    const source = { bytes: 'AAAA' }
    expect(
      contentOf(
        'See',
        media('image', 'image/JPG; q=1'),
        media('image', 'video/mp4'),
        media('document', 'image/webp'),
        media('audio', 'audio/x-wav'),
        media('video', 'video/3gpp'),
        media('document', 'application/json', { name: 'data.json' }),
      ),
    ).toEqual([
      { text: 'See' },
      { image: { format: 'jpeg', source } },
      { video: { format: 'mp4', source } },
      { image: { format: 'webp', source } },
      { audio: { format: 'wav', source } },
      { video: { format: 'three_gp', source } },
      { document: { format: 'txt', name: 'data-json', source } },
    ])
  })

  it.each([
    ['image/svg+xml', 'png, jpeg, gif, webp'],
    ['', 'png, jpeg, gif, webp'],
  ])('of no such type are refused with the list of those that are: %j', (type, list) => {
    expect(() => contentOf(media('image', type))).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining(list) }),
    )
  })

  it.each([
    [{ images: false }, media('image', 'image/png')],
    [{ documents: false }, media('document', 'application/pdf')],
    [{ video: false }, media('image', 'video/mp4')],
    [{ audio: false }, media('audio', 'audio/wav')],
    [{ s3: [] }, { ...media('video', 'video/mp4'), source: { kind: 's3', uri: 's3://b/k' } }],
  ] as const)('the model does not read are refused: %j', (traits, part) => {
    expect(() => encode({ turns: [user(part as MediaPart)] }, traits)).toThrow(
      expect.objectContaining({ code: 'unsupported-parameter', param: 'messages' }),
    )
  })

  it('are looked at as the model likes, and who asked for more is told so', () => {
    const image = (detail?: string) =>
      encode({ turns: [user(media('image', 'image/png', detail ? { detail } : {}))] }).ignored
    expect([image('high'), image('auto'), image()]).toEqual([['detail'], [], []])
  })

  it('name their place in the request when they are refused', () => {
    const param = 'messages[0].content[1].image_url.url'
    expect(() => contentOf(media('image', 'image/svg+xml', { param }))).toThrow(
      expect.objectContaining({ param }),
    )
  })

  it('that were never fetched are no fault of AWS', () => {
    const far = media('image', 'image/png', { source: { kind: 'url', url: 'https://a.example' } })
    expect(() => contentOf(far)).toThrow(expect.objectContaining({ code: 'invalid-request' }))
  })
})

describe('documents on the wire', () => {
  const namesOf = (...names: (string | undefined)[]) =>
    contentOf(
      'See',
      ...names.map((name) =>
        media('document', 'application/pdf', name === undefined ? {} : { name }),
      ),
    )?.flatMap(({ document }) => document?.name ?? [])

  it('have legal and different names', () => {
    const names = namesOf(
      'Report 2025.pdf',
      'a_b.c  d!.pdf',
      'résumé (final) [1].docx',
      '報告.pdf',
      undefined,
      'report 2025.PDF',
      'Report 2025.md',
      'x'.repeat(300),
      'x'.repeat(300),
      `${'y'.repeat(195)} report`,
      `${'y'.repeat(195)} report`,
    )
    expect(names).toEqual([
      'Report 2025',
      'a-b-c d',
      'resume (final) [1]',
      'Document 4',
      'Document 5',
      'report 2025',
      'Report 2025 (2)',
      'x'.repeat(200),
      `${'x'.repeat(196)} (2)`,
      `${'y'.repeat(195)} repo`,
      `${'y'.repeat(195)} (2)`,
    ])
    for (const name of names!) {
      expect(name).toMatch(/^(?!.*\s\s)[a-zA-Z0-9\s()[\]-]{1,200}$/)
    }
  })

  it('are told apart across turns and tool results', () => {
    const pdf = media('document', 'application/pdf', { name: 'a.pdf' })
    const { body } = encode({
      turns: [user('q', pdf), assistant(call('1')), user(result('1', pdf), 'and', pdf)],
      tools: [look],
    })
    const [first, , last] = body.messages!
    expect([
      first!.content[1]?.document?.name,
      last!.content[0]?.toolResult?.content[0]?.document?.name,
      last!.content[2]?.document?.name,
    ]).toEqual(['a', 'a (2)', 'a (3)'])
  })

  it('never stand without words', () => {
    expect(contentOf(media('document', 'application/pdf'))?.at(-1)).toEqual({
      text: 'See the attached document.',
    })
  })

  it('may be plain text, or of a type only their name tells', () => {
    const source = { kind: 'text', text: 'Grüße' } as const
    const [, plain, table] = contentOf(
      'See',
      { type: 'document', source },
      media('document', undefined, { name: 'rows.csv' }),
    )!
    expect(plain).toEqual({
      document: {
        name: 'Document 1',
        format: 'txt',
        source: { bytes: Buffer.from('Grüße').toString('base64') },
      },
    })
    expect(table?.document?.format).toBe('csv')
    expect(() => contentOf(media('document', undefined, { name: 'rows' }))).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    )
  })
})

describe.skipIf(!sharedRoot())('formats', () => {
  it.each([
    ['image', 'ImageFormat'],
    ['document', 'DocumentFormat'],
    ['video', 'VideoFormat'],
    ['audio', 'AudioFormat'],
  ] as [MediaKind, string][])('of %s are those of the service model', (kind, shape) => {
    const model = sharedJson('specs/aws/bedrock-runtime.service-2.json') as {
      shapes: Record<string, { enum: string[] }>
    }
    const known = formatNames(kind).split(', ')
    expect(model.shapes[shape]!.enum).toEqual(expect.arrayContaining(known))
  })
})
