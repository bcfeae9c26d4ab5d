import { byId, fill } from '../shared/element.ts'
import { createSession, Refusal } from '../shared/session.ts'
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
  running = new AbortController()
  composer.setRunning(true)
  byId('welcome').hidden = true
  turns.push(turn)
  transcript.append(userMessage(turn))
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const run = await answer(running.signal)
    const calls = callsOf(run.reading.turn)
    for (const call of calls) call.result = runTool(call.name, call.arguments)
    shownRuns.at(-1)?.message.show()
    if (run.reading.turn.parts.length > 0) turns.push(run.reading.turn)
    if (calls.length === 0 || run.state !== 'done') break
  }
  running = undefined
  composer.setRunning(false)
  composer.focus()
}

/** Asks for what comes next, and draws it while it comes, at most once a frame. */
async function answer(signal: AbortSignal): Promise<Run> {
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
  const { run, ended } = ask({ session, dialect, settings, turns, signal, onchange })
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
  return run
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
    form.tellKey(isRefused ? refusal : `Models cannot be listed: ${String(thrown)}`, isRefused)
  }
}

function startOver(): void {
  running?.abort()
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
