import { byId, fill, h } from '../shared/element.ts'
import { createSession, Refusal, troubleIn } from '../shared/session.ts'
import { startTheme } from '../shared/theme.ts'
import type { Call } from './code-view.ts'
import { createComposer } from './composer.ts'
import { callsOf, type Turn, type UserTurn } from './dialect.ts'
import { createInspector } from './inspector.ts'
import type { ListedModel } from './model-picker.ts'
import { ask, type Run } from './run.ts'
import { createSettingsForm } from './settings-form.ts'
import { runTool } from './tools.ts'
import { type RunMessage, runMessage, userMessage } from './transcript.ts'

const session = createSession('outcrop.key')
/** Of refusals that the same words would meet again. */
const USELESS: readonly (number | undefined)[] = [400, 413, 415, 422]
/** Answers to tools in a row, so that a model cannot call them for ever. */
const MOST_ROUNDS = 5

const transcript = byId('transcript')
const inspector = createInspector()
let turns: Turn[] = []
let shownRuns: { run: Run; message: RunMessage }[] = []
let selected: Run | undefined
let running: AbortController | undefined

const form = createSettingsForm({
  session,
  onchange: () => inspect(),
  onkey: () => void loadModels(),
})
const composer = createComposer({
  onsend: (turn) => void converse(turn),
  onstop: () => running?.abort(),
})

/** What would be asked if what is written were sent now. */
function nextCall(): Call {
  const dialect = form.dialect()
  const text = composer.draft() || 'Hello!'
  const next: Turn[] = [...turns, { role: 'user', text, files: [] }]
  return { dialect, path: dialect.path, body: dialect.encode(form.settings(), next) }
}

function inspect(): void {
  for (const { run, message } of shownRuns) message.setSelected(run === selected)
  inspector.show(selected, nextCall())
}

async function converse(turn: UserTurn): Promise<void> {
  const own = new AbortController()
  // Whoever starts over has other turns; what is still on its way belongs to these.
  const told = turns
  running = own
  composer.setRunning(true)
  byId('welcome').hidden = true
  told.push(turn)
  const asked = userMessage(turn)
  transcript.append(asked)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { run, message } = await answer(told, own.signal)
    const calls = callsOf(run.reading.turn)
    for (const call of calls) call.result = runTool(call.name, call.arguments)
    message.show()
    if (run.reading.turn.parts.length > 0) told.push(run.reading.turn)
    else if (round === 0 && USELESS.includes(run.status)) leaveOut(told, asked)
    if (calls.length === 0 || run.state !== 'done' || own.signal.aborted) break
  }
  if (running !== own) return
  running = undefined
  composer.setRunning(false)
  composer.focus()
}

/** The last turn was refused, and would have every one after it refused as well. */
function leaveOut(told: Turn[], asked: HTMLElement): void {
  told.pop()
  asked.append(h('small', {}, 'Not sent along with what follows'))
}

/** Asks for what comes next, and draws it while it comes, at most once a frame. */
async function answer(told: readonly Turn[], signal: AbortSignal) {
  const dialect = form.dialect()
  const settings = form.settings()
  let isDue = false
  const draw = () => {
    isDue = false
    const isAtEnd = transcript.scrollHeight - transcript.scrollTop - transcript.clientHeight < 80
    message.show()
    if (run === selected) inspect()
    if (isAtEnd) transcript.scrollTop = transcript.scrollHeight
  }
  const onchange = () => {
    if (!isDue) requestAnimationFrame(draw)
    isDue = true
  }
  const { run, ended } = ask({ session, dialect, settings, turns: told, signal, onchange })
  const message = runMessage(run, () => {
    selected = run
    inspect()
  })
  shownRuns.push({ run, message })
  selected = run
  transcript.append(message.element)
  draw()
  transcript.scrollTop = transcript.scrollHeight
  await ended
  draw()
  return { run, message }
}

async function loadModels(): Promise<void> {
  try {
    const { data } = (await session.get('v1/models')) as { data: ListedModel[] }
    form.setModels(data)
    form.tellKey(session.key() ? 'Kept in this tab.' : 'None is needed here.', false)
    composer.focus()
  } catch (thrown) {
    const isRefused = thrown instanceof Refusal && thrown.status === 401
    const refusal = session.key() ? 'This key is not known here.' : 'This server asks for a key.'
    form.tellKey(isRefused ? refusal : `Models cannot be listed: ${troubleIn(thrown)}`, isRefused)
  }
}

function startOver(): void {
  running?.abort()
  running = undefined
  composer.setRunning(false)
  turns = []
  shownRuns = []
  selected = undefined
  const welcome = byId('welcome')
  welcome.hidden = false
  fill(transcript, welcome)
  inspect()
  composer.focus()
}

startTheme()
byId('clear').addEventListener('click', startOver)
byId('text').addEventListener('input', () => selected || inspect())
for (const example of document.querySelectorAll<HTMLButtonElement>('#welcome button')) {
  example.addEventListener(
    'click',
    () => void converse({ role: 'user', text: example.textContent ?? '', files: [] }),
  )
}
inspect()
void loadModels()
