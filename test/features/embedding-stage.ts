import { expect } from 'vitest'
import type { SeenRequest } from '../fakes/fake-bedrock.ts'
import type { Json } from './stage.ts'

/** Asks an app in memory by JSON. */
export async function post(
  app: { request(path: string, init: RequestInit): Response | Promise<Response> },
  path: string,
  body: unknown,
) {
  const headers = { 'content-type': 'application/json' }
  const response = await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as Json,
  }
}

/** A vector of four numbers that can be told from those of other seeds. */
export const vectorOf = (seed: number): number[] =>
  Array.from({ length: 4 }, (_, index) => seed + index / 8)

export const modelIn = ({ path }: SeenRequest) => decodeURIComponent(path.split('/')[2]!)

/** The vectors of an answer in OpenAI's form, after a look at everything else in it. */
export function vectorsIn(json: Json): unknown[] {
  const data = json['data'] as { object: string; index: number; embedding: unknown }[]
  expect(data.map(({ object, index }) => ({ object, index }))).toEqual(
    data.map((_, index) => ({ object: 'embedding', index })),
  )
  return data.map(({ embedding }) => embedding)
}

export function floatsOf(base64: string): number[] {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
  const view = new DataView(bytes.buffer)
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true))
}
