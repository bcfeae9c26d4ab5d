import { byId } from '../shared/element.ts'
import { segmented } from '../shared/segmented.ts'
import type { Session } from '../shared/session.ts'
import type { Dialect, DialectName, Settings } from './dialect.ts'
import { chat } from './dialects/chat.ts'
import { messages } from './dialects/messages.ts'
import { responses } from './dialects/responses.ts'
import { createModelPicker, type ListedModel } from './model-picker.ts'

const DIALECTS: Record<DialectName, Dialect> = { chat, messages, responses }
const PLACE = 'outcrop.playground'

/** What is kept of the form until the tab is closed. */
interface Kept {
  dialect?: DialectName
  model?: string
  system?: string
  temperature?: string
  maxTokens?: string
  effort?: string
  tools?: boolean
}

interface SettingsForm {
  dialect(): Dialect
  settings(): Settings
  setModels(models: readonly ListedModel[]): void
  /** Says what became of the key, and asks for one where that is so. */
  tellKey(note: string, isNeeded: boolean): void
}

interface SettingsOptions {
  session: Session
  onchange(): void
  onkey(): void
}

export function createSettingsForm({ session, onchange, onkey }: SettingsOptions): SettingsForm {
  const kept = readKept()
  const field = (id: string) => byId<HTMLInputElement>(id)
  const [system, temperature, maxTokens, effort, tools] = [
    field('system'),
    field('temperature'),
    field('max-tokens'),
    field('effort'),
    field('tools'),
  ]
  let dialect = DIALECTS[kept.dialect ?? 'chat'] ?? chat
  const changed = () => {
    const now: Kept = {
      dialect: dialect.name,
      model: model.value(),
      system: system.value,
      temperature: temperature.value,
      maxTokens: maxTokens.value,
      effort: effort.value,
      tools: tools.checked,
    }
    sessionStorage.setItem(PLACE, JSON.stringify(now))
    onchange()
  }
  const model = createModelPicker(field('model'), changed)
  model.setValue(new URLSearchParams(location.search).get('model') ?? kept.model ?? '')
  system.value = kept.system ?? ''
  temperature.value = kept.temperature ?? ''
  maxTokens.value = kept.maxTokens ?? ''
  effort.value = kept.effort ?? ''
  tools.checked = kept.tools ?? false
  for (const one of [system, temperature, maxTokens, effort, tools]) {
    one.addEventListener('input', changed)
  }
  byId('dialects').append(
    segmented({
      label: 'API',
      choices: Object.values(DIALECTS).map(({ name, text }) => ({ value: name, text })),
      value: dialect.name,
      onchange(name) {
        dialect = DIALECTS[name]
        changed()
      },
    }),
  )
  byId<HTMLDetailsElement>('more').open = !matchMedia('(max-width: 720px)').matches
  const key = keyField(session, onkey)
  return {
    dialect: () => dialect,
    settings: () => ({
      model: model.value(),
      system: system.value.trim(),
      temperature: numberIn(temperature.value),
      maxTokens: numberIn(maxTokens.value),
      effort: effort.value || undefined,
      tools: tools.checked,
    }),
    setModels(models) {
      // What writes down sound gives text too, but takes none.
      const talkers = models.filter(
        ({ input_modalities: takes, output_modalities: gives }) =>
          takes.includes('text') && gives.includes('text'),
      )
      model.setModels(talkers)
      if (model.value() === '' && talkers[0]) model.setValue(talkers[0].id)
      onchange()
    },
    tellKey: key.tell,
  }
}

function keyField(session: Session, onkey: () => void) {
  const input = byId<HTMLInputElement>('key')
  const note = byId('key-note')
  input.value = session.key() ?? ''
  input.addEventListener('change', () => {
    session.setKey(input.value.trim() || undefined)
    onkey()
  })
  return {
    tell(text: string, isNeeded: boolean) {
      note.textContent = text
      note.classList.toggle('needed', isNeeded)
      if (!isNeeded) return
      byId<HTMLDetailsElement>('more').open = true
      input.focus()
    },
  }
}

const numberIn = (text: string): number | undefined => {
  const number = Number(text)
  return text.trim() === '' || !Number.isFinite(number) ? undefined : number
}

function readKept(): Kept {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? '{}') as Kept
  } catch {
    return {}
  }
}
