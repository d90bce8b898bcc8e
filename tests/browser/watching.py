"""What a page tells of itself: how far its parts moved, when its largest was painted."""

#: From the first moment on; a move right after something was pressed is no surprise.
WATCH = """
window.told = {shift: 0, paint: 0, slow: 0};
const watch = (type, note, more) => new PerformanceObserver((list) =>
  list.getEntries().forEach(note)).observe({type, buffered: true, ...more});
watch("layout-shift", (one) => { if (!one.hadRecentInput) told.shift += one.value; });
watch("largest-contentful-paint", (one) => { told.paint = one.startTime; });
watch("event", (one) => { if (one.interactionId) told.slow = Math.max(told.slow, one.duration); },
  {durationThreshold: 16});
"""
