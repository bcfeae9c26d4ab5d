import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeGlobal } from '../../deploy/when-used/node-global.ts'
import { root } from './platform.ts'

const { Headers, Request, Response } = nodeGlobal

describe('the classes of fetch in the bundled server', () => {
  it('are loaded when the first object is made, and not before', () => {
    const script = `
      const isLoaded = () => process.moduleLoadList.includes('NativeModule internal/deps/undici/undici')
      const { nodeGlobal } = await import(${JSON.stringify(join(root, 'deploy/when-used/node-global.ts'))})
      const { Headers, Request, Response } = nodeGlobal
      class Light extends Request {}
      const asked = [{} instanceof Headers, null instanceof Response, Object.create(Response.prototype) instanceof Response]
      const before = isLoaded()
      new Headers()
      console.log(JSON.stringify([asked, before, isLoaded()]))
    `
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    expect(JSON.parse(told)).toEqual([[false, false, true], false, true])
  })

  it('make what the platform makes', async () => {
    const headers = new Headers({ a: '1' })
    expect(headers).toBeInstanceOf(globalThis.Headers)
    expect(headers.get('a')).toBe('1')
    expect(await new Response('text', { status: 201, headers }).text()).toBe('text')
    expect(Response.json({ a: 1 }).headers.get('content-type')).toBe('application/json')
  })

  it('know what the platform has made', () => {
    expect(new globalThis.Headers() instanceof Headers).toBe(true)
    expect(new globalThis.Response() instanceof Response).toBe(true)
    expect(new globalThis.Response() instanceof Headers).toBe(false)
    expect({ [Symbol.toStringTag]: 'Headers' } instanceof Headers).toBe(false)
  })

  it('can be inherited from', () => {
    class Light extends Request {}
    const light = new Light('http://localhost/path')
    expect([light instanceof Light, light instanceof Request, light.url]).toEqual([
      true,
      true,
      'http://localhost/path',
    ])
  })
})
