import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AwsCredentials } from '../../app/ports/aws-credentials.ts'
import { createCredentials } from '../../runtimes/calling/credentials.ts'

const MINUTE = 60_000

/** A source whose every fetch is answered by hand, and a clock moved by hand. */
function scene() {
  let now = 0
  const fetches: { resolve(value: AwsCredentials): void; reject(error: Error): void }[] = []
  const failures: unknown[] = []
  const source = createCredentials(
    {},
    {
      now: () => now,
      fetch: () =>
        new Promise<AwsCredentials>((resolve, reject) => void fetches.push({ resolve, reject })),
      onFailure: (error) => void failures.push(error),
    },
  )
  return {
    source,
    fetches,
    failures,
    moveTo: (minutes: number) => {
      now = minutes * MINUTE
    },
    // Lets the source's own promises settle before the next look at it.
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  }
}

const keys = (accessKeyId: string, minutes?: number): AwsCredentials => ({
  accessKeyId,
  secretAccessKey: 'secret',
  ...(minutes === undefined ? {} : { expiration: minutes * MINUTE }),
})

describe('fetched credentials (T58)', () => {
  it('are fetched once for many who ask at the same time', async () => {
    const { source, fetches } = scene()
    const asked = [source.current(), source.current(), source.current()]
    fetches[0]!.resolve(keys('first', 60))
    expect(await Promise.all(asked)).toEqual([
      keys('first', 60),
      keys('first', 60),
      keys('first', 60),
    ])
    expect(source.current()).toEqual(keys('first', 60))
    expect(fetches).toHaveLength(1)
  })

  it('are fetched anew five minutes before their end, the old ones used meanwhile', async () => {
    const { source, fetches, moveTo, settle } = scene()
    const asked = source.current()
    fetches[0]!.resolve(keys('first', 60))
    await asked
    moveTo(54)
    source.current()
    expect(fetches).toHaveLength(1)

    moveTo(55)
    expect([source.current(), source.current()]).toEqual([keys('first', 60), keys('first', 60)])
    expect(fetches).toHaveLength(2)
    fetches[1]!.resolve(keys('second', 120))
    await settle()
    expect(source.current()).toEqual(keys('second', 120))
  })

  it('keep serving while a refresh fails, and are tried again after a rest', async () => {
    const { source, fetches, failures, moveTo, settle } = scene()
    const asked = source.current()
    fetches[0]!.resolve(keys('first', 60))
    await asked
    moveTo(56)
    source.current()
    fetches[1]!.reject(new Error('IMDS is down'))
    await settle()
    expect(source.current()).toEqual(keys('first', 60))
    expect([fetches.length, failures]).toEqual([2, [new Error('IMDS is down')]])

    moveTo(57)
    source.current()
    expect(fetches).toHaveLength(3)
  })

  it('are left alone for a while when a refresh brings the same ones', async () => {
    const { source, fetches, moveTo, settle } = scene()
    const asked = source.current()
    fetches[0]!.resolve(keys('first', 60))
    await asked
    moveTo(56)
    source.current()
    fetches[1]!.resolve(keys('first', 60))
    await settle()
    source.current()
    expect(fetches).toHaveLength(2)
    moveTo(56.5)
    source.current()
    expect(fetches).toHaveLength(3)
  })

  it('are waited for once they have ended', async () => {
    const { source, fetches, moveTo } = scene()
    const asked = source.current()
    fetches[0]!.resolve(keys('first', 60))
    await asked
    moveTo(61)
    const waiting = source.current()
    fetches[1]!.resolve(keys('second', 120))
    expect(await waiting).toEqual(keys('second', 120))
  })

  it('reject whoever asks when none can be had, and the next one tries again', async () => {
    const { source, fetches } = scene()
    const first = source.current()
    fetches[0]!.reject(new Error('no credentials'))
    await expect(first).rejects.toThrow('no credentials')
    const second = source.current()
    fetches[1]!.resolve(keys('late'))
    expect(await second).toEqual(keys('late'))
  })

  it('that never end are looked up again after a quarter of an hour', async () => {
    const { source, fetches, moveTo, settle } = scene()
    const asked = source.current()
    fetches[0]!.resolve(keys('file'))
    await asked
    moveTo(14)
    source.current()
    expect(fetches).toHaveLength(1)
    moveTo(15)
    expect(source.current()).toEqual(keys('file'))
    fetches[1]!.resolve(keys('rotated'))
    await settle()
    expect(source.current()).toEqual(keys('rotated'))
  })
})

describe('where credentials come from', () => {
  it('is the environment, at once, when static keys are there', () => {
    const source = createCredentials({
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
    })
    expect([source.describe, source.current()]).toEqual([
      'environment',
      { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' },
    ])
  })

  it.each([
    [{ AWS_PROFILE: 'dev', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }, 'profile dev'],
    [{ AWS_WEB_IDENTITY_TOKEN_FILE: '/token' }, 'web identity'],
    [{ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' }, 'container'],
    [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23' }, 'container'],
    [{ AWS_ACCESS_KEY_ID: 'half' }, 'shared files or instance metadata'],
  ])('is told for %j', (env, told) => {
    expect(createCredentials(env).describe).toBe(told)
  })

  describe('with a profile in a shared file', () => {
    let folder = ''
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'outcrop-'))
    })
    afterEach(() => {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true })
    })

    it('is that profile, through the chain of the AWS SDK, read anew each time', async () => {
      const file = join(folder, 'credentials')
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file)
      vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
      vi.stubEnv('AWS_PROFILE', 'dev')
      const write = (key: string) =>
        writeFileSync(file, `[dev]\naws_access_key_id = ${key}\naws_secret_access_key = s\n`)
      let now = 0
      const source = createCredentials({ AWS_PROFILE: 'dev' }, { now: () => now })

      write('AKIAFIRST')
      expect(await source.current()).toMatchObject({ accessKeyId: 'AKIAFIRST' })
      write('AKIASECOND')
      now = 16 * MINUTE
      source.current()
      await expect.poll(() => source.current()).toMatchObject({ accessKeyId: 'AKIASECOND' })
    })
  })
})
