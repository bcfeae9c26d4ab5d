import { describe, expect, it } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { messageThreads } from '../../app/library/responses/message-threads.ts'
import { createMemoryStateStore } from '../../app/providers/embedded/memory-state-store.ts'

const hello = { role: 'user', content: 'Hello' }
const answer = (id: string) => ({ id, role: 'assistant', content: [{ type: 'text', text: id }] })
const goOn = (id: string) => ({
  messages: [hello],
  thread: { type: 'continue', previous_message_id: id },
})

/** A store that does what it is asked while `isDeaf`, and never says so. */
function open() {
  const state = createMemoryStateStore()
  const fault = { isDeaf: false }
  const put: typeof state.put = async (...asked) => {
    const version = await state.put(...asked)
    if (fault.isDeaf) throw new Error('The connection broke off.')
    return version
  }
  const threads = messageThreads({ state: { ...state, put }, config: readConfig({}) }, 'me')
  return { threads, fault }
}

async function begun() {
  const stage = open()
  const first = await stage.threads.open({ messages: [hello], thread: { type: 'create' } })
  await first!.keep(answer('msg_1'))
  return stage
}

describe('a thread whose store breaks off', () => {
  it('is continued by whoever has it, though nobody was told so', async () => {
    const { threads, fault } = await begun()
    fault.isDeaf = true
    const second = await threads.open(goOn('msg_1'))
    fault.isDeaf = false
    await expect(threads.open(goOn('msg_1'))).rejects.toMatchObject({ code: 'invalid-request' })
    await second!.keep(answer('msg_2'))
    expect((await threads.open(goOn('msg_2')))!.request.messages).toHaveLength(5)
  })

  it('is not taken from another who has it', async () => {
    const { threads, fault } = await begun()
    const other = await threads.open(goOn('msg_1'))
    fault.isDeaf = true
    await expect(threads.open(goOn('msg_1'))).rejects.toThrow('broke off')
    fault.isDeaf = false
    await expect(threads.open(goOn('msg_1'))).rejects.toMatchObject({ code: 'invalid-request' })
    await other!.abandon()
    expect(await threads.open(goOn('msg_1'))).toBeDefined()
  })
})
