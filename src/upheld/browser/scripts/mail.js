// What a browser shows of a message: its pictures that did not come, by the address as it is written.
() =>
  [...document.images]
    .filter((image) => image.complete && !image.naturalWidth && image.getAttribute('src'))
    .map((image) => image.getAttribute('src'))
