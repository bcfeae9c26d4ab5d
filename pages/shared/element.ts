export type Child = Node | string | number | undefined | null | false
type Property = string | number | boolean | undefined | Listener | Style
type Listener = (event: never) => void
type Style = Readonly<Record<string, string>>
type Properties = Readonly<Record<string, Property>>

/**
 * An element with attributes and children. `onclick` and the like are listeners; a `style` is set property by
 * property, because our policy lets no style attribute pass.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties?: Properties,
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), properties, children)
}

const SVG = 'http://www.w3.org/2000/svg'

/** The same of a drawing. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  properties?: Properties,
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS(SVG, tag), properties, children)
}

function filled<E extends HTMLElement | SVGElement>(
  element: E,
  properties: Properties = {},
  children: Child[],
): E {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value as unknown as EventListener)
    } else if (typeof value === 'object') {
      for (const [property, set] of Object.entries(value)) element.style.setProperty(property, set)
    } else {
      element.setAttribute(name, value === true ? '' : String(value))
    }
  }
  element.append(...shown(children))
  return element
}

const shown = (children: readonly Child[]) =>
  children
    .filter((child) => child !== undefined && child !== null && child !== false)
    .map((child) => (typeof child === 'number' ? String(child) : child)) as (Node | string)[]

/** Puts other children in the place of those there are. */
export const fill = (element: Element, ...children: Child[]): void =>
  element.replaceChildren(...shown(children))

/** The element of the page with this id. Throws where there is none. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id)
  if (!element) throw new Error(`The page has no #${id}.`)
  return element as E
}
