import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { openS3Server } from '../fakes/s3-server.ts'
import { launch, type Platform, type Running } from '../runtimes/platform.ts'
import { node } from '../runtimes/platforms.ts'

export interface FilesServer {
  openai: OpenAI
  anthropic: Anthropic
  url: string
  running: Running
  /** Where it keeps its files, if on disk. */
  folder: string
  close(): Promise<void>
}

export const KEY = 'sk-files'

/** A live server with the embedded models, and clients for it. */
export async function openFilesServer(
  store: 'disk' | 's3',
  env: Record<string, string> = {},
  platform: Platform = node,
): Promise<FilesServer> {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-files-'))
  const s3 = store === 's3' ? await openS3Server() : undefined
  const running = await launch(platform, {
    PROVIDER: 'embedded',
    EMBEDDED_TOKENS_PER_SECOND: '0',
    API_KEY: KEY,
    STATE_DIR: 'memory',
    FILES_DIR: folder,
    ...s3?.env,
    ...env,
  })
  const { url } = running
  return {
    url,
    running,
    folder,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: url, apiKey: KEY, maxRetries: 0 }),
    async close() {
      await running.end()
      await s3?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
