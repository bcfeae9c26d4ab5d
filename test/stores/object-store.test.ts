import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createMemoryObjectStore } from '../../app/providers/embedded/memory-object-store.ts'
import { openDiskObjectStore } from '../../runtimes/stores/disk-object-store.ts'
import { bucketOf, createR2ObjectStore } from '../../runtimes/stores/r2-object-store.ts'
import { objectStoreContract } from '../contracts/object-store.ts'
import { fakeR2Bucket } from '../fakes/r2-bucket.ts'

const folder = mkdtempSync(join(tmpdir(), 'outcrop-objects-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let opened = 0
const fresh = () => join(folder, String(opened++))

objectStoreContract('memory', async () => createMemoryObjectStore())
objectStoreContract('R2', async () => createR2ObjectStore(fakeR2Bucket({ page: 3 })))
objectStoreContract('disk', () => openDiskObjectStore(fresh()))

describe('the disk', () => {
  it('shows what callers uploaded to no other account', async () => {
    const root = fresh()
    const store = await openDiskObjectStore(root)
    await store.put('a/b', new Uint8Array(1))
    const modes = [root, join(root, 'a')].map((path) => statSync(path).mode & 0o777)
    expect(modes).toEqual([0o700, 0o700])
  })

  it.each([
    '../outside',
    'a/../../b',
    'a//b',
    '/a',
    'a/',
    '.writing/x',
    'a/.b',
    'a\\b',
    'a\0b',
    '',
  ])('refuses the key %j', async (key) => {
    const store = await openDiskObjectStore(fresh())
    await expect(store.put(key, new Uint8Array(1))).rejects.toThrow('is not the key')
    await expect(async () => store.get(key)).rejects.toThrow('is not the key')
  })

  it('is swept of what dead writers left, and of nothing that others still write', async () => {
    const root = fresh()
    const writing = join(root, '.writing')
    mkdirSync(writing, { recursive: true })
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    const here = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')
    const names = {
      dead: `${here}.${dead}.one`,
      ourNumber: `${here}.${process.pid}.two`,
      alive: `${here}.${process.ppid}.three`,
      elsewhere: 'other-host.1.four',
      elsewhereLongAgo: 'other-host.1.five',
    }
    for (const name of Object.values(names)) writeFileSync(join(writing, name), 'half')
    utimesSync(join(writing, names.elsewhereLongAgo), 1, 1)
    const store = await openDiskObjectStore(root)
    expect(readdirSync(writing).toSorted()).toEqual([names.alive, names.elsewhere].toSorted())
    expect(await store.list('')).toEqual([])
  })

  it('lists in the order of whole keys, as S3 does, not folder by folder', async () => {
    const store = await openDiskObjectStore(fresh())
    for (const key of ['a/x', 'a-b/x', 'a.txt', 'a0/x']) await store.put(key, new Uint8Array(1))
    const keys = (await store.list('')).map(({ key }) => key)
    expect(keys).toEqual(['a-b/x', 'a.txt', 'a/x', 'a0/x'])
  })

  it('bears many who write and delete the last objects of a folder at the same time', async () => {
    const store = await openDiskObjectStore(fresh())
    const comeAndGo = async (one: number) => {
      for (let turn = 0; turn < 25; turn++) {
        const key = `a/b/${one}-${turn}`
        await store.put(key, new Uint8Array(1))
        await store.delete(key)
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, one) => comeAndGo(one)))
    expect(await store.list('')).toEqual([])
  })

  it('keeps objects when it is opened again', async () => {
    const root = fresh()
    await (await openDiskObjectStore(root)).put('a/b', new Uint8Array([1, 2, 3]))
    const again = await openDiskObjectStore(root)
    expect(await new Response(await again.get('a/b')).bytes()).toEqual(new Uint8Array([1, 2, 3]))
    expect(readdirSync(join(root, '.writing'))).toEqual([])
  })
})

it('finds the bucket bound to a Worker as FILES', () => {
  expect(bucketOf({ FILES: fakeR2Bucket() })).toBeDefined()
  expect(bucketOf({ FILES: 'text' })).toBeUndefined()
  expect(bucketOf({})).toBeUndefined()
})
