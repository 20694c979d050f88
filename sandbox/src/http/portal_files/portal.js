"use strict";

document.getElementById("origin").textContent = location.origin;

SwaggerUIBundle({
  url: "/?format=openapi",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "none",
  filter: true,
  // Else a page on a public host would ask a validator elsewhere.
  validatorUrl: null,
  // The document is served as it came and names the real host: from here every call goes to the sandbox.
  requestInterceptor: (request) => {
    const url = new URL(request.url, location.href);
    request.url = location.origin + url.pathname + url.search;
    return request;
  },
});
