import { byId } from './element.ts'

const PLACE = 'outcrop.theme'
const THEMES = ['auto', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]

const NAMES: Record<Theme, string> = {
  auto: 'Colours: as the system has them',
  light: 'Colours: light',
  dark: 'Colours: dark',
}

/** Lets the button #theme go round the themes; what is chosen is remembered. */
export function startTheme(): void {
  const button = byId('theme')
  const show = (theme: Theme) => {
    document.documentElement.dataset['theme'] = theme
    button.setAttribute('aria-label', NAMES[theme])
    button.title = NAMES[theme]
  }
  const chosen = (): Theme => THEMES.find((one) => one === localStorage.getItem(PLACE)) ?? 'auto'
  button.addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length]!
    localStorage.setItem(PLACE, next)
    show(next)
  })
  show(chosen())
}
