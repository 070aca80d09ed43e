#include "core/polygon.h"

#include <algorithm>
#include <cmath>

namespace mien {
namespace {

constexpr int kLinesPerPixel = 5;  // vertical sampling; horizontally the coverage is exact

struct Crossing {
  float x;
  int direction;
};

// Adds the covered length of [x0, x1) to the pixels of a row. Pixel i spans [i - 0.5, i + 0.5).
void add_span(float x0, float x1, float weight, std::vector<float>* row) {
  const auto width = static_cast<float>(row->size());
  x0 = std::clamp(x0 + 0.5f, 0.0f, width), x1 = std::clamp(x1 + 0.5f, 0.0f, width);
  if (!(x1 > x0)) return;
  const int first = static_cast<int>(x0),
            last = std::min(static_cast<int>(x1), static_cast<int>(row->size()) - 1);
  if (first >= last) {
    (*row)[std::min(first, last)] += weight * (x1 - x0);
    return;
  }
  (*row)[first] += weight * (static_cast<float>(first + 1) - x0);
  for (int i = first + 1; i < last; ++i) (*row)[i] += weight;
  (*row)[last] += weight * (x1 - static_cast<float>(last));
}

struct Edge {
  Point2f a, b;
};

// The edges that reach into the band between two heights.
void collect_edges(std::span<const Point2f> points, float low, float high, std::vector<Edge>* out) {
  out->clear();
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point2f a = points[i], b = points[i + 1 < points.size() ? i + 1 : 0];
    if (std::min(a.y, b.y) <= high && std::max(a.y, b.y) >= low) out->push_back({a, b});
  }
}

void collect_crossings(std::span<const Edge> edges, float y, std::vector<Crossing>* out) {
  out->clear();
  for (const auto& [a, b] : edges) {
    if ((a.y <= y) == (b.y <= y)) continue;
    out->push_back({a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x), a.y < b.y ? 1 : -1});
  }
  std::sort(out->begin(), out->end(), [](const Crossing& p, const Crossing& q) { return p.x < q.x; });
}

struct Span {
  float x0, x1;
};

// What lies inside along a row's lines. -> whether every line has exactly one span.
bool collect_spans(std::span<const Edge> edges, int y, std::vector<Span>* out) {
  thread_local std::vector<Crossing> crossings;  // scratch that keeps its memory
  out->clear();
  bool single = true;
  for (int line = 0; line < kLinesPerPixel; ++line) {
    const float at = static_cast<float>(y) - 0.5f + (static_cast<float>(line) + 0.5f) / kLinesPerPixel;
    collect_crossings(edges, at, &crossings);
    const std::size_t before = out->size();
    int winding = 0;
    for (std::size_t i = 0; i + 1 < crossings.size(); ++i) {
      winding += crossings[i].direction;
      if (winding != 0) out->push_back({crossings[i].x, crossings[i + 1].x});
    }
    single &= out->size() == before + 1;
  }
  return single;
}

// The pixels x0 .. x1 - 1 that every one of the spans covers wholly; first == last: none.
struct Pixels {
  int first, last;
};
Pixels covered_by_all(std::span<const Span> spans, int x0, int x1) {
  const auto bounded = [](float x, int low, int high) {
    return static_cast<int>(std::clamp(x, static_cast<float>(low), static_cast<float>(high)));
  };
  float left = spans[0].x0, right = spans[0].x1;
  for (const Span& s : spans) left = std::max(left, s.x0), right = std::min(right, s.x1);
  const int first = bounded(std::ceil(left + 0.5f), x0, x1);
  return {first, bounded(std::floor(right + 0.5f), first, x1)};
}

}  // namespace

void fill_polygon(std::span<const Point2f> points, Plane* mask) {
  if (points.size() < 3 || mask->size() == 0) return;
  float low = points[0].y, high = points[0].y, left = points[0].x, right = points[0].x;
  for (const Point2f& p : points) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) return;
    low = std::min(low, p.y), high = std::max(high, p.y);
    left = std::min(left, p.x), right = std::max(right, p.x);
  }
  const auto row_of = [&](float y) {
    return static_cast<int>(std::floor(std::clamp(y + 0.5f, -1.0f, static_cast<float>(mask->height))));
  };
  const int y0 = std::max(0, row_of(low)), y1 = std::min(mask->height - 1, row_of(high));
  const auto column_of = [&](float x) {
    return static_cast<int>(std::floor(std::clamp(x + 0.5f, 0.0f, static_cast<float>(mask->width))));
  };
  const int x0 = std::max(0, column_of(left) - 1), x1 = std::min(mask->width, column_of(right) + 2);
  if (x1 <= x0) return;
  thread_local std::vector<Edge> edges;  // scratch that keeps its memory
  thread_local std::vector<Span> spans;
  thread_local std::vector<float> coverage;
  coverage.resize(static_cast<std::size_t>(mask->width));
  for (int y = y0; y <= y1; ++y) {
    collect_edges(points, static_cast<float>(y) - 0.5f, static_cast<float>(y) + 0.5f, &edges);
    // In most rows only the ends have to be added up.
    const bool single = collect_spans(edges, y, &spans);
    const Pixels whole = single ? covered_by_all(spans, x0, x1) : Pixels{x1, x1};
    std::fill(coverage.begin() + x0, coverage.begin() + whole.first, 0.0f);
    std::fill(coverage.begin() + whole.last, coverage.begin() + x1, 0.0f);
    for (const Span& span : spans) {
      if (whole.first == whole.last) {
        add_span(span.x0, span.x1, 1.0f / kLinesPerPixel, &coverage);
        continue;
      }
      add_span(span.x0, static_cast<float>(whole.first) - 0.5f, 1.0f / kLinesPerPixel, &coverage);
      add_span(static_cast<float>(whole.last) - 0.5f, span.x1, 1.0f / kLinesPerPixel, &coverage);
    }
    float* row = mask->row(y);
    const auto add = [&](int x) { row[x] = std::max(row[x], std::min(1.0f, coverage[x])); };
    for (int x = x0; x < whole.first; ++x) add(x);
    std::fill(row + whole.first, row + whole.last, 1.0f);
    for (int x = whole.last; x < x1; ++x) add(x);
  }
}

void offset_polygon(std::span<const Point2f> points, float distance_px, std::vector<Point2f>* out) {
  const std::size_t n = points.size();
  float area = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Point2f a = points[i], b = points[(i + 1) % n];
    area += a.x * b.y - b.x * a.y;
  }
  const float outward = area > 0 ? 1.0f : -1.0f;
  out->assign(points.begin(), points.end());
  for (std::size_t i = 0; i < n; ++i) {
    const Point2f a = points[(i + n - 1) % n], b = points[(i + 1) % n];
    const float dx = b.x - a.x, dy = b.y - a.y, length = std::max(std::hypot(dx, dy), 1e-6f);
    (*out)[i].x += outward * distance_px * dy / length;
    (*out)[i].y -= outward * distance_px * dx / length;
  }
}

std::vector<Point2f> offset_polygon(std::span<const Point2f> points, float distance_px) {
  std::vector<Point2f> out;
  offset_polygon(points, distance_px, &out);
  return out;
}

}  // namespace mien
