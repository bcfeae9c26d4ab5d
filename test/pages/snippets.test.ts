import { describe, expect, it } from 'vitest'
import { literal, shortened } from '../../pages/playground/literals.ts'
import { snippet } from '../../pages/playground/snippets.ts'

const body = {
  model: 'amazon.nova-lite-v1:0',
  messages: [{ role: 'user', content: "It's 5 o'clock" }],
  temperature: 0.5,
  stream: true,
}
const base = 'http://localhost:8000/'

describe('a call as code', () => {
  it('is a line for a shell', () => {
    expect(snippet({ dialect: 'chat', language: 'curl', body, base })).toBe(
      `curl -N http://localhost:8000/v1/chat/completions \\
  -H "authorization: Bearer $OUTCROP_API_KEY" \\
  -H 'content-type: application/json' \\
  -d '{
  "model": "amazon.nova-lite-v1:0",
  "messages": [{"role": "user", "content": "It'\\''s 5 o'\\''clock"}],
  "temperature": 0.5,
  "stream": true
}'`,
    )
  })

  it('is Python for Anthropic', () => {
    expect(snippet({ dialect: 'messages', language: 'python', body, base })).toBe(`import os
from anthropic import Anthropic

client = Anthropic(
    base_url="http://localhost:8000/anthropic",
    api_key=os.environ.get("OUTCROP_API_KEY", "none"),
)
stream = client.messages.create(
    model="amazon.nova-lite-v1:0",
    messages=[{"role": "user", "content": "It's 5 o'clock"}],
    temperature=0.5,
    stream=True,
)
for event in stream:
    if event.type == "content_block_delta" and event.delta.type == "text_delta":
        print(event.delta.text, end="", flush=True)`)
  })

  it('is JavaScript for OpenAI', () => {
    expect(
      snippet({ dialect: 'responses', language: 'javascript', body, base }),
    ).toBe(`import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: 'http://localhost:8000/v1',
  apiKey: process.env.OUTCROP_API_KEY ?? 'none',
})
const stream = await client.responses.create({
  model: 'amazon.nova-lite-v1:0',
  messages: [{ role: 'user', content: "It's 5 o'clock" }],
  temperature: 0.5,
  stream: true,
})
for await (const event of stream) {
  if (event.type === 'response.output_text.delta') process.stdout.write(event.delta)
}`)
  })

  it('is read by a shell also where it holds more than a word of a command may', () => {
    const text = "It's \\'A\\' ".repeat(20_000)
    const long = snippet({ dialect: 'chat', language: 'curl', body: { text }, base })
    const json = /<<'END'\n(.*)\nEND$/s.exec(long)?.[1]
    expect(JSON.parse(json ?? '')).toEqual({ text })
  })

  it('is shown without what nobody reads, whatever language people write', () => {
    const file = `data:x;base64,${'A'.repeat(500)}`
    const words = '岩石はどのようにして砂になるのですか。'.repeat(40)
    expect(shortened({ list: [file, words, 1, null] })).toEqual({
      list: [`${file.slice(0, 60)}…`, words, 1, null],
    })
  })

  it('is a literal of the language', () => {
    const value = { 'a-b': null, yes: true, no: [], file: `data:x;base64,${'A'.repeat(500)}` }
    expect(literal(value, 'python')).toContain('"a-b": None')
    expect(literal(value, 'python')).toContain('"yes": True')
    expect(literal(value, 'javascript')).toContain("'a-b': null")
    expect(literal(value, 'json')).toContain(`data:x;base64,${'A'.repeat(500)}"`)
    expect(JSON.parse(literal({ ...value, file: 'a "b" \n c' }, 'json'))).toMatchObject({ no: [] })
  })
})
