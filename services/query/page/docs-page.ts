/** Swagger UI over our own OpenAPI document; every file comes from this server. */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Hangup API</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
    <link rel="icon" href="/docs/assets/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

export const DOCS_START = `window.ui = SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
});
`;

/** What \`/\` answers while the dashboard has not been built. */
export const NO_DASHBOARD_PAGE = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Hangup</title></head>
  <body>
    <h1>Hangup</h1>
    <p>The page has not been built yet. Build it with <code>npm run build</code>, then start this service again.</p>
    <p>The API answers: <a href="/api/v1/rst-rate?group_by=host,port,cause">RST rates</a>, <a href="/docs">its documentation</a>.</p>
  </body>
</html>
`;
