'use strict'

const root = document.getElementById('docs')

// Swagger UI has dark colours, which this class turns on.
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', paint)
paint()

SwaggerUIBundle({
  domNode: root,
  url: new URL(root.dataset.spec, document.baseURI).href,
  deepLinking: true, // an operation has an address of its own
  defaultModelsExpandDepth: 0, // the operations are what one comes for
  displayRequestDuration: true,
  persistAuthorization: false, // tokens are gone with the page
  validatorUrl: null, // no document is sent to anybody
})
