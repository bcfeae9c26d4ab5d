import { fill, h, svg } from '../shared/element.ts'
import { bytes } from '../shared/format.ts'
import { type Attachment, dataUrl } from './dialect.ts'

/** As large as a request may be by default. */
const LARGEST = 20_000_000

/** What files of these names are: browsers go by what is installed, to which `.ts` is a film and `.csv` a workbook. */
const TYPES: Record<string, string> = {
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
  pdf: 'application/pdf',
  ts: 'text/plain',
  txt: 'text/plain',
}

async function readFile(file: File): Promise<Attachment> {
  const { name, size } = file
  const ending = name.split('.').at(-1)!.toLowerCase()
  const known = Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined
  const type = known ?? (file.type || 'application/octet-stream')
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
  return { name, type, size, data: url.slice(url.indexOf(',') + 1) }
}

/** A file, or why it cannot be sent. */
async function taken(file: File): Promise<Attachment | string> {
  if (file.size > LARGEST) return `${file.name} is larger than ${bytes(LARGEST)}.`
  const read = await readFile(file).catch(() => undefined)
  // A folder looks like a file until it is read.
  if (!read) return `${file.name} cannot be read.`
  return read.size === 0 ? `${file.name} is empty.` : read
}

/** A sheet with a corner turned down. */
const sheet = () =>
  svg(
    'svg',
    { width: 14, height: 18, viewBox: '0 0 14 18', 'aria-hidden': 'true' },
    svg('path', { d: 'M1.5 1h6.5l4.5 4.5V17h-11zM8 1v4.5h4.5' }),
  )

/** A file as it stands beside a message. */
export function fileChip(file: Attachment, onremove?: () => void): HTMLElement {
  const isImage = file.type.startsWith('image/')
  return h(
    'span',
    { class: 'file' },
    isImage ? h('img', { src: dataUrl(file), alt: '' }) : sheet(),
    h('span', { title: `${file.name}, ${file.type}` }, file.name),
    h('small', {}, bytes(file.size)),
    onremove &&
      h(
        'button',
        {
          type: 'button',
          class: 'plain',
          'aria-label': `Leave out ${file.name}`,
          onclick: onremove,
        },
        '×',
      ),
  )
}

interface Attachments {
  element: HTMLElement
  add(files: Iterable<File>): Promise<void>
  /** What is attached now; nothing is afterwards. */
  take(): Attachment[]
  isEmpty(): boolean
}

/** Files that will be sent with the next message. */
export function createAttachments(onchange: () => void): Attachments {
  const element = h('div', { class: 'files' })
  let files: Attachment[] = []
  const show = (refused: readonly string[] = []) => {
    fill(
      element,
      ...files.map((file) =>
        fileChip(file, () => {
          files = files.filter((one) => one !== file)
          show()
        }),
      ),
      ...refused.map((why) => h('span', { class: 'refused', role: 'alert' }, why)),
    )
    onchange()
  }
  return {
    element,
    async add(given) {
      const read = await Promise.all([...given].map(taken))
      files = [...files, ...read.filter((one) => typeof one === 'object')]
      show(read.filter((one) => typeof one === 'string'))
    },
    take() {
      const taken = files
      files = []
      show()
      return taken
    },
    isEmpty: () => files.length === 0,
  }
}
