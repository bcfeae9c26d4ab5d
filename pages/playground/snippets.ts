import type { DialectName } from './dialect.ts'
import { keywords, literal } from './literals.ts'

export const LANGUAGES = [
  { value: 'curl', text: 'curl' },
  { value: 'python', text: 'Python' },
  { value: 'javascript', text: 'JavaScript' },
] as const
export type Language = (typeof LANGUAGES)[number]['value']

interface SnippetOptions {
  dialect: DialectName
  language: Language
  body: Record<string, unknown>
  /** The address of the server, with a slash at its end. */
  base: string
}

interface Words {
  path: string
  /** What stands behind the server's address in an SDK. */
  root: string
  python: { module: string; client: string; call: string; loop: string }
  javascript: { module: string; client: string; call: string; loop: string }
}

const OPENAI = {
  python: { module: 'openai', client: 'OpenAI' },
  javascript: { module: 'openai', client: 'OpenAI' },
}

const DIALECTS: Record<DialectName, Words> = {
  chat: {
    path: 'v1/chat/completions',
    root: 'v1',
    python: {
      ...OPENAI.python,
      call: 'chat.completions.create',
      loop: 'for chunk in stream:\n    if chunk.choices:\n        print(chunk.choices[0].delta.content or "", end="", flush=True)',
    },
    javascript: {
      ...OPENAI.javascript,
      call: 'chat.completions.create',
      loop: "for await (const chunk of stream) {\n  process.stdout.write(chunk.choices[0]?.delta.content ?? '')\n}",
    },
  },
  responses: {
    path: 'v1/responses',
    root: 'v1',
    python: {
      ...OPENAI.python,
      call: 'responses.create',
      loop: 'for event in stream:\n    if event.type == "response.output_text.delta":\n        print(event.delta, end="", flush=True)',
    },
    javascript: {
      ...OPENAI.javascript,
      call: 'responses.create',
      loop: "for await (const event of stream) {\n  if (event.type === 'response.output_text.delta') process.stdout.write(event.delta)\n}",
    },
  },
  messages: {
    path: 'anthropic/v1/messages',
    root: 'anthropic',
    python: {
      module: 'anthropic',
      client: 'Anthropic',
      call: 'messages.create',
      loop: 'for event in stream:\n    if event.type == "content_block_delta" and event.delta.type == "text_delta":\n        print(event.delta.text, end="", flush=True)',
    },
    javascript: {
      module: '@anthropic-ai/sdk',
      client: 'Anthropic',
      call: 'messages.create',
      loop: "for await (const event of stream) {\n  if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {\n    process.stdout.write(event.delta.text)\n  }\n}",
    },
  },
}

/** The same call elsewhere. The key is never written out: it stands in the environment. */
export function snippet({ dialect, language, body, base }: SnippetOptions): string {
  return WRITERS[language](DIALECTS[dialect], body, base)
}

/** Linux takes no word of more than 128 KiB in a command; letters may be of up to three bytes. */
const LONGEST_WORD = 40_000

type Writer = (words: Words, body: Record<string, unknown>, base: string) => string

const WRITERS: Record<Language, Writer> = {
  curl({ path }, body, base) {
    const json = literal(body, 'json')
    const isLong = json.length > LONGEST_WORD
    return [
      `curl -N ${base}${path} \\`,
      '  -H "authorization: Bearer $OUTCROP_API_KEY" \\',
      "  -H 'content-type: application/json' \\",
      isLong ? `  -d @- <<'END'\n${json}\nEND` : `  -d '${json.replaceAll("'", "'\\''")}'`,
    ].join('\n')
  },
  python({ root, python: { module, client, call, loop } }, body, base) {
    return [
      'import os',
      `from ${module} import ${client}`,
      '',
      `client = ${client}(`,
      `    base_url="${base}${root}",`,
      '    api_key=os.environ.get("OUTCROP_API_KEY", "none"),',
      ')',
      `stream = client.${call}(\n${keywords(body)})`,
      loop,
    ].join('\n')
  },
  javascript({ root, javascript: { module, client, call, loop } }, body, base) {
    return [
      `import ${client} from '${module}'`,
      '',
      `const client = new ${client}({`,
      `  baseURL: '${base}${root}',`,
      "  apiKey: process.env.OUTCROP_API_KEY ?? 'none',",
      '})',
      `const stream = await client.${call}(${literal(body, 'javascript')})`,
      loop,
    ].join('\n')
  },
}
