import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

type Parameters = Record<string, unknown>

interface Message {
  id?: number
  sessionId?: string
  method?: string
  params?: Parameters
  result?: Parameters
  error?: { message: string }
}

export interface Page {
  /** Goes there and waits until everything is loaded. */
  goto(url: string): Promise<void>
  /** The value of an expression in the page; promises are awaited. */
  run<T = unknown>(expression: string): Promise<T>
  /** Waits until an expression is true, looking at every change of the document. */
  until(expression: string): Promise<void>
  /** Types into the element that has the focus. */
  type(text: string): Promise<void>
  press(key: string): Promise<void>
  look(options: { width: number; height: number; dark?: boolean }): Promise<void>
  /** A picture of all of the page, or of what is on the screen. */
  screenshot(path: string, options?: { whole?: boolean }): Promise<void>
  /** What went wrong in the page since it was opened: errors of scripts, refusals of our policy, requests that failed. */
  faults(): string[]
  /** Addresses that were asked, in order. */
  asked(): string[]
  close(): void
}

/** A new page in a context of its own, over one connection to the browser at `address`. */
export async function openPage(address: string): Promise<Page> {
  const { send, listen, close } = await connect(address)
  const { browserContextId } = await send('Target.createBrowserContext')
  const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId })
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
  const ask = (method: string, params: Parameters = {}) => send(method, params, String(sessionId))
  const faults: string[] = []
  const asked: string[] = []
  listen((method, params) => {
    const fault = faultIn(method, params)
    if (fault) faults.push(fault)
    if (method === 'Network.requestWillBeSent') {
      asked.push((params['request'] as { url: string }).url)
    }
  })
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await ask(`${domain}.enable`)

  const run = async <T>(expression: string): Promise<T> => {
    const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true }
    const { result, exceptionDetails } = await ask('Runtime.evaluate', options)
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`)
    return (result as { value: T }).value
  }
  return {
    run,
    until: (expression) => run(untilScript(expression)),
    async goto(url) {
      const loaded = new Promise<void>((resolve) => {
        listen((method) => method === 'Page.loadEventFired' && resolve())
      })
      await ask('Page.navigate', { url })
      await loaded
    },
    type: async (text) => void (await ask('Input.insertText', { text })),
    async press(key) {
      const code = { Enter: 13, Tab: 9, Escape: 27, ArrowLeft: 37, ArrowRight: 39, End: 35 }[key]
      const pressed = { key, code: key, windowsVirtualKeyCode: code }
      const text = key === 'Enter' ? { text: '\r' } : {}
      await ask('Input.dispatchKeyEvent', { type: 'keyDown', ...pressed, ...text })
      await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...pressed })
    },
    async look({ width, height, dark = false }) {
      const size = { width, height, deviceScaleFactor: 1, mobile: false }
      await ask('Emulation.setDeviceMetricsOverride', size)
      const scheme = { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }
      await ask('Emulation.setEmulatedMedia', { features: [scheme] })
    },
    async screenshot(path, { whole = false } = {}) {
      const { data } = await ask('Page.captureScreenshot', { captureBeyondViewport: whole })
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, Buffer.from(String(data), 'base64'))
    },
    faults: () => [...faults],
    asked: () => [...asked],
    close,
  }
}

/** Looks whenever something changes, and ten times a second for what changes nothing in the document. */
const untilScript = (expression: string) => `new Promise((resolve, reject) => {
  const holds = () => { try { return Boolean(${expression}) } catch { return false } }
  const end = (done) => { clearInterval(timer); clearTimeout(limit); observer.disconnect(); done() }
  const look = () => holds() && end(resolve)
  const observer = new MutationObserver(look)
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  const timer = setInterval(look, 100)
  const limit = setTimeout(() => end(() => reject(new Error(
    'never so: ' + ${JSON.stringify(expression)} + ' in ' + document.body.innerText.slice(0, 2000)))), 12000)
  look()
})`

function faultIn(method: string, params: Parameters): string | undefined {
  if (method === 'Runtime.exceptionThrown') return JSON.stringify(params['exceptionDetails'])
  if (method === 'Log.entryAdded') {
    const { level, text } = params['entry'] as { level: string; text: string }
    return level === 'error' ? text : undefined
  }
  return undefined
}

type Listener = (method: string, params: Parameters) => void

async function connect(address: string) {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const waiting = new Map<number, (message: Message) => void>()
  const listeners: Listener[] = []
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    else if (message.method)
      for (const listener of listeners) listener(message.method, message.params ?? {})
  })
  let last = 0
  return {
    listen: (listener: Listener) => void listeners.push(listener),
    close: () => socket.close(),
    send(method: string, params: Parameters = {}, sessionId?: string): Promise<Parameters> {
      last += 1
      const id = last
      return new Promise((resolve, reject) => {
        waiting.set(id, ({ result, error }) => {
          waiting.delete(id)
          if (error) reject(new Error(`${method}: ${error.message}`))
          else resolve(result ?? {})
        })
        socket.send(JSON.stringify({ id, method, params, sessionId }))
      })
    },
  }
}
