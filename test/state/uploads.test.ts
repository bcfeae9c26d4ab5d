import { describe, expect, it } from 'vitest'
import { expectLegal, heard } from './legal-orders.ts'
import { shakenStage } from './shaken-stores.ts'

const stage = shakenStage()

interface Begun {
  path: string
  parts: string[]
}

async function begun(): Promise<Begun> {
  const about = { bytes: 2, filename: 'a.txt', mime_type: 'text/plain', purpose: 'user_data' }
  const upload = await stage.one('/v1/uploads', { body: about })
  const path = `/v1/uploads/${upload.json.id}`
  const parts: string[] = []
  for (const data of ['YQ==', 'Yg==']) {
    parts.push((await stage.one(`${path}/parts`, { body: { data } })).json.id)
  }
  return { path, parts }
}

const status = ({ status }: { status: string }) => status
const cancel = heard(({ path }: Begun) => stage.one(`${path}/cancel`, { method: 'POST' }), status)
const completed = (parts: (all: string[]) => string[]) =>
  heard(
    (begun: Begun) =>
      stage.one(`${begun.path}/complete`, { body: { part_ids: parts(begun.parts) } }),
    status,
  )
const complete = completed((all) => all)
const completeTurned = completed((all) => all.toReversed())
const left = async (upload: Begun) => [await cancel(upload), await complete(upload)]

describe('two at once on an upload', () => {
  it.each([
    ['cancel it', [cancel, cancel]],
    ['complete it', [complete, complete]],
    ['complete and cancel it', [complete, cancel]],
    ['complete it in two orders', [complete, completeTurned]],
  ] as const)('%s', (_, acts) => expectLegal(stage, { make: begun, left }, acts))
})

describe('an upload whose file has been deleted', () => {
  it('is told to be completed, and is not made anew', async () => {
    const upload = await begun()
    const body = { part_ids: upload.parts }
    const { json } = await stage.one(`${upload.path}/complete`, { body })
    await stage.one(`/v1/files/${json.file.id}`, { method: 'DELETE' })
    const again = await stage.one(`${upload.path}/complete`, { body })
    expect([again.status, again.json.error.code]).toEqual([400, 'upload_completed'])
  })
})
