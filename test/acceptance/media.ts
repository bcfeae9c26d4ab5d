import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedRoot } from '../fakes/shared.ts'

const PLACE = /@media:([0-9a-f]+\.\w+);bytes=\d+/g

/** A recorded body with its attachments put back; undefined where one was too large to be kept. */
export function mediaOf(body: unknown): unknown {
  const folder = join(sharedRoot()!, 'recordings', 'media')
  const text = JSON.stringify(body)
  const kept = [...text.matchAll(PLACE)].every(([, name]) => existsSync(join(folder, name!)))
  if (!kept) return undefined
  return JSON.parse(
    text.replaceAll(PLACE, (_, name: string) =>
      readFileSync(join(folder, name)).toString('base64'),
    ),
  )
}
