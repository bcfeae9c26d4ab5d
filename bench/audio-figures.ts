import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { request } from 'node:http'
import { startFakePolly } from '../test/fakes/fake-polly.ts'
import { startFakeTranscribe } from '../test/fakes/fake-transcribe.ts'
import { toneWav } from '../test/fakes/recordings-of-speech.ts'
import { openS3Server } from '../test/fakes/s3-server.ts'
import { launch } from '../test/runtimes/platform.ts'

/**
 * How long the first byte of speech takes through the gateway, and how much memory a large recording takes on
 * its way to S3. AWS is a stand-in on this machine. `node bench/audio-figures.ts [megabytes]`
 */
const MEGABYTES = Number(process.argv[2] ?? 1024)
const SAYINGS = 200
const MEGABYTE = 1024 * 1024

const s3 = await openS3Server()
const polly = await startFakePolly(s3)
const transcribe = await startFakeTranscribe(s3)
const node = {
  name: 'node',
  command: ['node', 'runtimes/start-node.js'] as [string, string],
  tellsLeaving: 'at once' as const,
  endsWell: true,
  largestBody: 100 as const,
  listens: true,
}
const server = await launch(node, {
  ...s3.env,
  AWS_ENDPOINT_URL: polly.url,
  AWS_ENDPOINT_URL_POLLY: polly.url,
  AWS_ENDPOINT_URL_TRANSCRIBE: transcribe.url,
  AWS_TRANSCRIBE_POLL_SECONDS: '0.1',
  STATE_DIR: 'memory',
  LOG_LEVEL: 'error',
  API_KEY: 'sk',
})
const rss = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))![1]) / 1024

try {
  for (const format of ['mp3', 'pcm', 'wav', 'sse']) console.log(format, await firstBytes(format))
  console.log(await upload())
} finally {
  await server.end()
  await Promise.all([polly.close(), transcribe.close(), s3.close()])
}

/** Milliseconds from Polly's first byte to ours, of many sayings one after the other. */
async function firstBytes(format: string): Promise<Record<string, number>> {
  let written = 0
  polly.manners.speak = (response: ServerResponse) => {
    // What comes later must not be what makes the first byte go.
    setTimeout(() => {
      written = performance.now()
      response.write(Buffer.alloc(640, 1))
      setTimeout(() => response.end(Buffer.alloc(640, 2)), 30)
    }, 5)
  }
  const late: number[] = []
  for (let at = 0; at < SAYINGS + 20; at += 1) {
    const response = await fetch(`${server.url}/v1/audio/speech`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk', 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'amazon.polly-neural',
        voice: 'Joanna',
        input: 'Hello.',
        ...(format === 'sse' ? { stream_format: 'sse' } : { response_format: format }),
      }),
    })
    const reader = response.body!.getReader()
    let size = 0
    // A header is ours; the first byte that counts is the first of the audio.
    const least = format === 'wav' ? 45 : 1
    while (size < least) size += (await reader.read()).value?.length ?? least
    if (at >= 20) late.push(performance.now() - written)
    while (!(await reader.read()).done);
  }
  late.sort((one, other) => one - other)
  const of = (part: number) => Math.round(late[Math.floor(late.length * part)]! * 100) / 100
  return { median: of(0.5), p95: of(0.95), most: of(0.999) }
}

/** Sends a long recording, its fields behind it, and watches the server grow. */
async function upload(): Promise<Record<string, number | string>> {
  await sendRecording(12)
  const before = rss()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, rss())
  }, 50)
  const began = performance.now()
  const text = await sendRecording(MEGABYTES)
  clearInterval(watch)
  return {
    megabytes: MEGABYTES,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    before: Math.round(before),
    growth: Math.round(most - before),
    reached: transcribe.begun.at(-1)!.size,
    answer: text.slice(0, 40),
  }
}

function sendRecording(megabytes: number): Promise<string> {
  const piece = Buffer.alloc(MEGABYTE, 7)
  const head = Buffer.from(toneWav(0.1))
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer sk',
        'content-type': 'multipart/form-data; boundary=B',
      },
    })
    asked.on('error', reject)
    asked.on('response', async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve(text)
    })
    asked.write('--B\r\nContent-Disposition: form-data; name=file; filename=long.wav\r\n\r\n')
    asked.write(head)
    let sent = 0
    const more = () => {
      while (sent < megabytes) {
        sent += 1
        if (!asked.write(piece)) return void asked.once('drain', more)
      }
      asked.end(
        '\r\n--B\r\nContent-Disposition: form-data; name=model\r\n\r\nwhisper-1\r\n--B--\r\n',
      )
    }
    more()
  })
}
