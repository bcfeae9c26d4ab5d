import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../app/errors.ts'
import {
  cards,
  cardWith,
  meaningOf,
  plainConversations,
  wildConversations,
} from './conversations.ts'
import { DIALECTS } from './dialects.ts'
import { amount, limit } from './runs.ts'

const CLIENTS = Object.entries(DIALECTS).flatMap(([name, { dialect }]) =>
  dialect.client ? [[name, dialect.client] as const] : [],
)
const TWO_WAY = Object.entries(DIALECTS).flatMap(([name, tried]) => {
  const { server, client } = tried.dialect
  return tried.door && server && client ? [[name, { ...tried, server, client }] as const] : []
})
const WILD = { runs: 60, share: 0.06 / CLIENTS.length }
const PLAIN = { runs: 30, share: 0.04 / TWO_WAY.length }

describe('conversations of chance', () => {
  it('are tried on every dialect', () => {
    const folders = readdirSync('app/dialects', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    expect(Object.keys(DIALECTS).sort()).toEqual(folders.sort())
  })

  it.each(CLIENTS)(
    '%s says them or refuses them',
    (_, client) => {
      const property = fc.property(wildConversations, cards, (conversation, card) => {
        const { body } = encoded(() => client.encodeRequest(conversation, card)) ?? {}
        if (body !== undefined) expect(() => JSON.stringify(body)).not.toThrow()
      })
      fc.assert(property, amount(WILD))
    },
    limit(WILD),
  )

  it.each(TWO_WAY)(
    '%s says what it means and hears what was said',
    (_, { client, server, door, beside, cannotSay = [] }) => {
      const property = fc.property(plainConversations, (conversation) => {
        const { body } = client.encodeRequest(conversation, cardWith({ structuredOutput: true }))
        const sent = { ...JSON.parse(JSON.stringify(body)), ...beside?.(conversation.stream) }
        const heard = meaningOf(server.decodeRequest(door!.parse(sent)))
        const meant = meaningOf(conversation)
        for (const name of cannotSay) meant[name as 'stop'] = undefined
        expect(heard).toEqual(meant)
      })
      fc.assert(property, amount(PLAIN))
    },
    limit(PLAIN),
  )
})

/** What was made, or undefined where it was refused as refusals are meant to be. */
function encoded<T>(encode: () => T): T | undefined {
  try {
    return encode()
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.status >= 500) throw thrown
    return undefined
  }
}
