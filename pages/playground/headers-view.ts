import { h } from '../shared/element.ts'
import { duration } from '../shared/format.ts'
import { headerOf, type Run } from './run.ts'

const OURS =
  /^(x-outcrop-|x-bedrock-|x-token-|x-request-id|x-ratelimit-|anthropic-ratelimit-|server-timing|openai-)/

/** Headers of the answer, those that tell how it came about first. */
export function headersView(run: Run | undefined): HTMLElement {
  if (!run || run.status === undefined) {
    return h('p', { class: 'nothing' }, 'The headers of the answer will stand here.')
  }
  const telling = run.headers.filter(([name]) => OURS.test(name))
  const others = run.headers.filter(([name]) => !OURS.test(name))
  return h(
    'div',
    { class: 'headers', tabindex: 0 },
    h(
      'p',
      { class: 'status' },
      h('b', {}, String(run.status)),
      ` after ${duration(run.headersAt ?? 0)}`,
    ),
    timings(headerOf(run, 'server-timing')),
    table(telling),
    others.length > 0 && h('h3', {}, 'Of every answer'),
    table(others),
  )
}

const table = (headers: Run['headers']) =>
  h(
    'dl',
    {},
    ...headers.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  )

/** `gateway;dur=1.2, upstream;dur=340` as bars, the longest as long as there is room. */
function timings(header: string | undefined): HTMLElement | undefined {
  const told = (header ?? '').split(',').flatMap((entry) => {
    const [, name, milliseconds] = /^\s*([\w-]+).*?;dur=([\d.]+)/.exec(entry) ?? []
    return name === undefined ? [] : [{ name, milliseconds: Number(milliseconds) }]
  })
  if (told.length === 0) return undefined
  const most = Math.max(...told.map(({ milliseconds }) => milliseconds), 0.1)
  return h(
    'div',
    { class: 'timings' },
    ...told.map(({ name, milliseconds }) =>
      h(
        'p',
        { style: { '--share': String(milliseconds / most) } },
        h('span', {}, name),
        h('i'),
        h('b', {}, duration(Math.max(milliseconds, milliseconds > 0 ? 1 : 0))),
      ),
    ),
  )
}
