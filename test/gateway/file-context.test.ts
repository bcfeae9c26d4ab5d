import { describe, expect, it } from 'vitest'
import { encodeBase64 } from '../../app/codecs/bytes/base64.ts'
import type { Conversation, Part } from '../../app/conversation/conversation.ts'
import { resolveMedia } from '../../app/gateway/attachments/resolve-media.ts'
import { fileSources } from '../../app/library/files/file-source.ts'
import { storedFiles } from '../../app/library/files/files.ts'
import { createMemoryObjectStore } from '../../app/providers/embedded/memory-object-store.ts'
import { createHouse } from '../../app/services.ts'
import { plainCard } from '../fakes/plain-card.ts'
import { wordDocument } from '../fakes/zip-archive.ts'
import { stagedRuntime } from '../http/stage.ts'

const card = plainCard()
const HEAD =
  '=== UPLOADED FILES CONTEXT ===\nThe following files have been uploaded and their content is provided below for your reference:\n\n'
const END = '\n=== END OF FILES CONTEXT ===\n'
const PDF = '%PDF-1.7 words'

function setting(env: Record<string, string> = {}) {
  const objects = createMemoryObjectStore()
  const { runtime } = stagedRuntime(env)
  const house = createHouse(runtime, { providers: [] })
  const services = { ...house.services, media: fileSources({ objects }), objects }
  let opened = 0
  const { get } = objects
  objects.get = (...asked) => {
    opened += 1
    return get(...asked)
  }
  return {
    opened: () => opened,
    async keep(name: string, content: string | Uint8Array, owner = 'me') {
      const files = storedFiles({ objects }, owner)
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      const received = await files.receive(bytes, 1e9)
      return `file-${(await files.keep(received, { name, purpose: 'user_data' })).id}`
    },
    resolve: async (fileIds: string[], rest: Partial<Conversation> = {}) =>
      resolveMedia(
        {
          model: 'm',
          system: [],
          turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
          tools: [],
          settings: {},
          stream: false,
          fileIds,
          ...rest,
        },
        { card, services, owner: 'me', signal: new AbortController().signal },
      ),
  }
}

describe('files named beside a conversation', () => {
  it('stand in full in front of what the user says', async () => {
    const { keep, resolve } = setting()
    const rows = `a,b\n${'1,2\n'.repeat(5000)}`
    const ids = [await keep('a.csv', rows), await keep('b.txt', 'words')]
    const { turns, fileIds } = await resolve(ids)
    expect(fileIds).toBeUndefined()
    expect(turns).toEqual([
      {
        role: 'user',
        parts: [
          {
            type: 'text',
            text: `${HEAD}=== File: a.csv (ID: ${ids[0]}) ===\nCSV File: a.csv\nHeaders: a, b\nTotal rows: 5000\n\nCSV Content:\n${rows.trimEnd()}\n\n=== File: b.txt (ID: ${ids[1]}) ===\nwords\n${END}`,
          },
          { type: 'text', text: 'Hello' },
        ],
      },
    ])
  })

  it('leave the other parts of the message as they are, and other turns too', async () => {
    const { keep, resolve } = setting()
    const id = await keep('a.txt', 'words')
    const image: Part = {
      type: 'image',
      mediaType: 'image/png',
      source: { kind: 'base64', data: encodeBase64(Buffer.from('89504e470d0a1a0a', 'hex')) },
    }
    const said: Part = { type: 'text', text: 'Look' }
    const { turns } = await resolve([id], {
      turns: [
        { role: 'assistant', parts: [said] },
        { role: 'user', parts: [said, image], name: 'Ann' },
        { role: 'user', parts: [said] },
      ],
    })
    expect(turns[0]).toEqual({ role: 'assistant', parts: [said] })
    expect(turns[1]).toMatchObject({ name: 'Ann', parts: [{ type: 'text' }, said, image] })
    expect(turns[2]).toEqual({ role: 'user', parts: [said] })
  })

  it('are attached where they are no text', async () => {
    const { keep, resolve } = setting()
    const word = wordDocument('<document/>')
    const ids = [await keep('a.pdf', PDF), await keep('b.docx', word)]
    const { turns } = await resolve(ids)
    expect(turns[0]!.parts.slice(1)).toEqual([
      {
        type: 'document',
        name: 'a.pdf',
        mediaType: 'application/pdf',
        param: 'file_ids[0]',
        source: { kind: 'base64', data: btoa(PDF) },
      },
      {
        type: 'document',
        name: 'b.docx',
        mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        param: 'file_ids[1]',
        source: { kind: 'base64', data: word.toString('base64') },
      },
      { type: 'text', text: 'Hello' },
    ])
  })

  it('go to the system where the user says nothing', async () => {
    const { keep, resolve } = setting()
    const id = await keep('a.txt', 'words')
    const { system, turns } = await resolve([id], {
      system: [{ type: 'text', text: 'Be brief.' }],
      turns: [{ role: 'assistant', parts: [] }],
    })
    expect(system).toMatchObject([
      { text: expect.stringContaining('words') },
      { text: 'Be brief.' },
    ])
    expect(turns).toHaveLength(1)
  })

  it('are refused by name when they are not there, not the caller’s, too large or unreadable', async () => {
    const { keep, resolve } = setting({ MAX_INPUT_FILE_SIZE: '100' })
    const good = await keep('a.txt', 'words')
    const entities = await keep(
      'a.xml',
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    )
    const cases: [id: string, code: string][] = [
      ['file-x', 'not-found'],
      [await keep('b.txt', 'theirs', 'them'), 'not-found'],
      [await keep('c.txt', 'x'.repeat(101)), 'too-large'],
      [await keep('d', Uint8Array.of(0, 1, 2)), 'invalid-request'],
      [entities, 'invalid-request'],
    ]
    for (const [id, code] of cases) {
      await expect(resolve([good, id])).rejects.toMatchObject({ code, param: 'file_ids[1]' })
    }
  })
})

describe('attachments of one request', () => {
  it('are no more together than may be held at once, and none is read behind that', async () => {
    const { keep, resolve, opened } = setting({
      MAX_INPUT_TOTAL_SIZE: '100',
      MAX_CONCURRENT_INPUT_DOWNLOADS: '2',
    })
    const id = await keep('a.txt', 'x'.repeat(40))
    expect((await resolve([id, id])).fileIds).toBeUndefined()
    await expect(resolve(Array(90).fill(id))).rejects.toMatchObject({
      code: 'too-large',
      param: 'file_ids[2]',
    })
    expect(opened()).toBeLessThan(10)
    const part = (index: number): Part => ({
      type: 'document',
      param: `messages[${index}]`,
      source: { kind: 'file', id },
    })
    const parts = Array.from({ length: 90 }, (_, index) => part(index))
    await expect(resolve([], { turns: [{ role: 'user', parts }] })).rejects.toMatchObject({
      code: 'too-large',
      param: 'messages[2]',
    })
    expect(opened()).toBeLessThan(20)
  })
})

describe('a document that unpacks to more than it may', () => {
  const large = new Uint8Array(60 * 1024 * 1024)

  it('is refused, wherever it stands', async () => {
    const { keep, resolve } = setting()
    const bomb = wordDocument(large)
    expect(bomb.length).toBeLessThan(100_000)
    const refusal = { code: 'invalid-request', reason: 'unreadable_file' }
    await expect(resolve([await keep('a.docx', bomb)])).rejects.toMatchObject({
      ...refusal,
      param: 'file_ids[0]',
    })
    const part: Part = {
      type: 'document',
      name: 'a.docx',
      param: 'messages[0]',
      source: { kind: 'base64', data: bomb.toString('base64') },
    }
    const turns = [{ role: 'user' as const, parts: [part] }]
    await expect(resolve([], { turns })).rejects.toMatchObject({ ...refusal, param: 'messages[0]' })
  })

  it('is refused when it says that it is enormous, or cannot be read at all', async () => {
    const { keep, resolve } = setting()
    const claims = wordDocument('x', 0xffffffff)
    await expect(resolve([await keep('a.docx', claims)])).rejects.toMatchObject({
      code: 'invalid-request',
    })
    const cut = wordDocument('x').subarray(0, -10)
    await expect(resolve([await keep('a.docx', cut)])).rejects.toMatchObject({
      code: 'invalid-request',
    })
  })

  it('is no document that people write', async () => {
    const { keep, resolve } = setting()
    const book = wordDocument('<w:p>The quick brown fox.</w:p>'.repeat(200_000))
    expect((await resolve([await keep('a.docx', book)])).turns[0]!.parts).toHaveLength(3)
  })
})
