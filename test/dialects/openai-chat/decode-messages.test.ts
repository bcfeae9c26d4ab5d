import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../app/errors.ts'
import { heard } from './conversations.ts'

const turnsOf = (...messages: unknown[]) => heard({ messages }).turns
const partsOf = (...content: unknown[]) => turnsOf({ role: 'user', content })[0]?.parts
const said = (text: string) => [{ type: 'text', text }]

function refusal(...messages: unknown[]) {
  try {
    heard({ messages })
  } catch (error) {
    if (error instanceof GatewayError) return { code: error.code, param: error.param }
    throw error
  }
  throw new Error('the messages were accepted')
}

describe('system and developer messages (T23)', () => {
  it('become the system prompt where they lead, and turns where they do not', () => {
    const { system, turns } = heard({
      messages: [
        { role: 'system', content: 'one' },
        { role: 'developer', content: [{ type: 'text', text: 'two' }] },
        { role: 'user', content: 'hi' },
        { role: 'system', content: 'three' },
        { role: 'developer', content: 'four', name: 'ops' },
      ],
    })
    expect(system).toEqual([...said('one'), ...said('two')])
    expect(turns).toEqual([
      { role: 'user', parts: said('hi') },
      { role: 'system', parts: said('three') },
      {
        role: 'system',
        parts: said('four'),
        name: 'ops',
        extras: { 'openai-chat': { form: 'developer' } },
      },
    ])
  })
})

describe('attachments', () => {
  const image = (url: string) => ({ type: 'image_url', image_url: { url } })
  const place = (rest: string, index = 0) => `messages[0].content[${index}].${rest}`

  it.each([
    ['https://a.example/x.png', { kind: 'url', url: 'https://a.example/x.png' }],
    ['s3://bucket/x', { kind: 's3', uri: 's3://bucket/x' }],
    ['file-id:file-1', { kind: 'file', id: 'file-1' }],
    ['iVBORw0KGgo=', { kind: 'base64', data: 'iVBORw0KGgo=' }],
  ])('are found at %s', (url, source) => {
    expect(partsOf(image(url))).toEqual([{ type: 'image', source, param: place('image_url.url') }])
  })

  it('in S3 are what their name says, for nobody here may look into them', () => {
    const uri = 's3://bucket/a.b/clip.MP4'
    expect(partsOf(image(uri))).toMatchObject([
      { type: 'video', mediaType: 'video/mp4', source: { kind: 's3', uri } },
    ])
  })

  it('may be data URLs, whatever is said of their type (T38)', () => {
    const source = { kind: 'base64', data: 'QUJD' }
    expect(partsOf(image('data:image/jpg;base64,QUJD'))).toEqual([
      { type: 'image', mediaType: 'image/jpeg', source, param: place('image_url.url') },
    ])
    expect(partsOf(image('DATA:image/png;charset=x;base64,QUJD'))).toMatchObject([
      { mediaType: 'image/png', source },
    ])
  })

  it('are videos and documents too, where they stand as images', () => {
    expect(partsOf(image('data:video/mp4;base64,QUJD'))).toMatchObject([{ type: 'video' }])
    expect(partsOf(image('data:application/pdf;base64,QUJD'))).toMatchObject([{ type: 'document' }])
  })

  it('carry the detail, and take the URL alone', () => {
    const url = 'https://a.example/x.png'
    const source = { kind: 'url', url }
    expect(partsOf({ type: 'image_url', image_url: { url, detail: 'low' } })).toEqual([
      { type: 'image', source, param: place('image_url.url'), detail: 'low' },
    ])
    expect(partsOf({ type: 'image_url', image_url: url })).toEqual([
      { type: 'image', source, param: place('image_url') },
    ])
    expect(partsOf({ type: 'video_url', video_url: { url } })).toEqual([
      { type: 'video', source, param: place('video_url.url') },
    ])
  })

  it('are sounds', () => {
    const audio = (data: string, format: string) => ({
      type: 'input_audio',
      input_audio: { data, format },
    })
    const source = { kind: 'base64', data: 'QUJD' }
    expect(partsOf(audio('QUJD', 'mp3'), audio('data:audio/ogg;base64,QUJD', 'wav'))).toEqual([
      { type: 'audio', mediaType: 'audio/mpeg', source, param: place('input_audio.data') },
      { type: 'audio', mediaType: 'audio/ogg', source, param: place('input_audio.data', 1) },
    ])
  })

  it('are files, by data, id or URL', () => {
    const file = (members: object) => ({ type: 'file', file: members })
    const pdf = 'data:application/pdf;base64,QUJD'
    expect(
      partsOf(
        file({ file_data: pdf, filename: 'a.pdf' }),
        file({ file_id: 'file-1' }),
        file({ file_url: 'https://a.example/b.pdf' }),
        file({ file_data: 's3://bucket/c.pdf' }),
      ),
    ).toEqual([
      {
        type: 'document',
        mediaType: 'application/pdf',
        name: 'a.pdf',
        source: { kind: 'base64', data: 'QUJD' },
        param: place('file.file_data'),
      },
      { type: 'document', source: { kind: 'file', id: 'file-1' }, param: place('file.file_id', 1) },
      {
        type: 'document',
        source: { kind: 'url', url: 'https://a.example/b.pdf' },
        param: place('file.file_url', 2),
      },
      {
        type: 'document',
        mediaType: 'application/pdf',
        source: { kind: 's3', uri: 's3://bucket/c.pdf' },
        param: place('file.file_data', 3),
      },
    ])
  })

  it.each([
    [image('data:image/png;base64,@@@'), 'image_url.url'],
    [image('data:image/png'), 'image_url.url'],
    [image('data:image/png;base64,'), 'image_url.url'],
    [image('ftp://a.example/x.png'), 'image_url.url'],
    [image('https://'), 'image_url.url'],
    [image('x.png'), 'image_url.url'],
    [{ type: 'image_url', image_url: 'x.png' }, 'image_url'],
    [{ type: 'input_audio', input_audio: { data: '!', format: 'wav' } }, 'input_audio.data'],
    [{ type: 'file', file: { file_data: 'a b!' } }, 'file.file_data'],
    [{ type: 'file', file: { filename: 'a.pdf' } }, 'file.file_data'],
  ])('that are nowhere are refused: %j', (part, place) => {
    const param = `messages[0].content[1].${place}`
    const message = { role: 'user', content: [{ type: 'text', text: 'see' }, part] }
    expect(refusal(message)).toEqual({ code: 'invalid-request', param })
  })
})

describe('cache points', () => {
  it('stand behind the part or message that asks for them', () => {
    const control = { type: 'ephemeral', ttl: '1h' }
    const parts = partsOf(
      { type: 'text', text: 'a', cache_control: control },
      { type: 'text', text: 'b', prompt_cache_breakpoint: { mode: 'explicit' } },
    )
    expect(parts?.map((part) => (part.type === 'text' ? part.text : part))).toEqual([
      'a',
      { type: 'cache-point', ttl: '1h' },
      'b',
      { type: 'cache-point' },
    ])
    const message = { role: 'system', content: 'a', cache_control: { type: 'ephemeral' } }
    const { system } = heard({ messages: [message, { role: 'user', content: 'hi' }] })
    expect(system).toEqual([...said('a'), { type: 'cache-point' }])
  })

  it('stand behind the result whose last part asks for them', () => {
    const part = { type: 'text', text: 'found', cache_control: { type: 'ephemeral' } }
    const calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }]
    const turns = turnsOf(
      { role: 'assistant', tool_calls: calls },
      { role: 'tool', tool_call_id: 'c', content: [part] },
    )
    expect(turns[1]?.parts).toMatchObject([
      { type: 'tool-result', content: [{ type: 'text', text: 'found' }] },
      { type: 'cache-point' },
    ])
    expect(turns[1]?.parts[0]).toHaveProperty('content.length', 1)
  })

  it('stand behind the call that asks for them, as opencode and Kilo Code mark a message', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }
    const [turn] = turnsOf({
      role: 'assistant',
      content: 'I look.',
      tool_calls: [{ ...call, cache_control: { type: 'ephemeral' } }],
    })
    expect(turn?.parts).toMatchObject([
      { type: 'text', text: 'I look.' },
      { type: 'tool-call', id: 'c' },
      { type: 'cache-point' },
    ])
    expect(turn?.parts).toHaveLength(3)
  })
})

describe('assistant messages', () => {
  it('hold text, refusals, calls and earlier speech', () => {
    const [turn] = turnsOf({
      role: 'assistant',
      content: [
        { type: 'text', text: 'a' },
        { type: 'refusal', refusal: 'b' },
      ],
      name: 'n',
      audio: { id: 'audio_1' },
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'f', arguments: '' } },
        { id: 'c2', function: { name: 'g', arguments: '{broken' } },
        { id: 'c3', type: 'custom', custom: { name: 'h', input: 'say "x"' } },
      ],
    })
    expect(turn).toEqual({
      role: 'assistant',
      name: 'n',
      parts: [
        { type: 'text', text: 'a' },
        { type: 'refusal', text: 'b' },
        {
          type: 'native',
          dialect: 'openai-chat',
          value: { type: 'audio', delta: { audio: { id: 'audio_1' } } },
        },
        { type: 'tool-call', id: 'c1', name: 'f', arguments: '{}' },
        { type: 'tool-call', id: 'c2', name: 'g', arguments: '{broken' },
        {
          type: 'tool-call',
          id: 'c3',
          name: 'h',
          arguments: '{"input":"say \\"x\\""}',
          extras: { 'openai-chat': { kind: 'custom' } },
        },
      ],
    })
  })

  const own = (reasoningField: string) => ({ extras: { 'openai-chat': { reasoningField } } })
  it.each(['reasoning_content', 'reasoning'])('hold thoughts in %s', (field) => {
    expect(turnsOf({ role: 'assistant', content: 'a', [field]: 'hm' })[0]?.parts).toEqual([
      { type: 'reasoning', text: 'hm', ...own(field) },
      ...said('a'),
    ])
  })

  it('hold signed and encrypted thoughts, which make the plain ones unneeded (T24)', () => {
    const [turn] = turnsOf({
      role: 'assistant',
      content: null,
      reasoning_content: 'hm',
      reasoning_details: [
        { type: 'reasoning.text', text: 'h', index: 0 },
        { type: 'reasoning.text', text: 'm', signature: 'sig', index: 0 },
        { type: 'reasoning.text', text: '', signature: 'only', index: 1 },
        { type: 'reasoning.encrypted', data: 'QUJD', index: 2 },
      ],
    })
    expect(turn?.parts).toEqual([
      { type: 'reasoning', text: 'hm', signature: 'sig', ...own('reasoning_details') },
      { type: 'reasoning', text: '', signature: 'only', ...own('reasoning_details') },
      { type: 'reasoning', text: '', redacted: 'QUJD', ...own('reasoning_details') },
    ])
  })
})

describe('results', () => {
  const asked = {
    role: 'assistant',
    content: '',
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
  }

  it('answer a call, with text or parts', () => {
    const image = { type: 'image_url', image_url: { url: 'https://a.example/x.png' } }
    const turns = turnsOf(
      asked,
      { role: 'tool', tool_call_id: 'c1', content: 'done' },
      { role: 'tool', tool_call_id: 'c1', content: [image], is_error: true },
      { role: 'tool', tool_call_id: 'c1', content: null },
    )
    expect(turns.map((turn) => turn.parts)).toMatchObject([
      [{ type: 'tool-call', id: 'c1' }],
      [{ type: 'tool-result', callId: 'c1', content: said('done') }],
      [{ type: 'tool-result', callId: 'c1', content: [{ type: 'image' }], isError: true }],
      [{ type: 'tool-result', callId: 'c1', content: [] }],
    ])
    expect(turns.map((turn) => turn.role)).toEqual(['assistant', 'user', 'user', 'user'])
  })

  it('in the older form answer the last call of that name', () => {
    const called = {
      role: 'assistant',
      content: null,
      function_call: { name: 'f', arguments: '{}' },
    }
    const [first, second] = turnsOf(called, { role: 'function', name: 'f', content: 'done' })
    expect(first?.parts).toMatchObject([{ type: 'tool-call', id: 'call_0', name: 'f' }])
    expect(second?.parts).toMatchObject([{ type: 'tool-result', callId: 'call_0' }])
  })

  it('that nobody asked for are refused', () => {
    const code = 'invalid-request'
    expect(refusal(asked, { role: 'tool', tool_call_id: 'c2', content: '' })).toEqual({
      code,
      param: 'messages[1].tool_call_id',
    })
    expect(refusal({ role: 'function', name: 'f', content: '' })).toEqual({
      code,
      param: 'messages[0].name',
    })
  })

  it('may be missing', () => {
    expect(turnsOf(asked, { role: 'user', content: 'never mind' })).toHaveLength(2)
  })
})
