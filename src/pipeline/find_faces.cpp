#include "pipeline/find_faces.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/polygon.h"
#include "core/try.h"
#include "face/gaze.h"
#include "face/topology.h"

namespace mien {
namespace {

constexpr int kSmallPicturePx =
    520;  // up to this longer side one pass of the detector sees all faces worth fusing
constexpr int kFinePassPx = 640;       // longer side of the second pass
constexpr float kLongestTilePx = 400;  // of its tiles
constexpr float kTileShare =
    0.55f;  // of a side that is cut in two: the overlap holds the faces that the first pass may miss
constexpr float kMergeOverlap = 0.4f;
constexpr float kMinPresence = 0.7f;

struct Tile {
  int x0, y0, width, height;  // pixels of the picture
};

// The picture in parts that overlap, two along every side that is longer than kLongestTilePx at the fine
// pass's scale.
std::vector<Tile> fine_tiles(ImageView picture, float scale) {
  const auto parts = [scale](int length) {
    if (static_cast<float>(length) * scale <= kLongestTilePx)
      return std::vector<std::pair<int, int>>{{0, length}};
    const int part = static_cast<int>(std::ceil(kTileShare * static_cast<float>(length)));
    return std::vector<std::pair<int, int>>{{0, part}, {length - part, part}};
  };
  std::vector<Tile> out;
  for (const auto& [y0, height] : parts(picture.height)) {
    for (const auto& [x0, width] : parts(picture.width)) out.push_back({x0, y0, width, height});
  }
  return out;
}

// Whether a face reaches a side at which the tile, not the picture, ends: another tile or the first pass sees
// it whole.
bool cut_off(const Box& box, const Tile& tile, ImageView picture) {
  const float margin = 0.05f * std::max(box.width(), box.height());
  return (tile.x0 > 0 && box.x0 < static_cast<float>(tile.x0) + margin) ||
         (tile.y0 > 0 && box.y0 < static_cast<float>(tile.y0) + margin) ||
         (tile.x0 + tile.width < picture.width &&
          box.x1 > static_cast<float>(tile.x0 + tile.width) - margin) ||
         (tile.y0 + tile.height < picture.height &&
          box.y1 > static_cast<float>(tile.y0 + tile.height) - margin);
}

// The second look, twice as fine, after a first one at the whole, tile by tile: a whole picture at once would
// need more memory than all else together. part: of the tiles, one in turn.
Done detect_fine(ImageView picture, std::optional<int> part, float gain, const FaceNetworks& networks,
                 FindScratch& scratch, std::vector<Detection>* out) {
  const float scale = std::min(
      1.0f, static_cast<float>(kFinePassPx) / static_cast<float>(std::max(picture.width, picture.height)));
  std::vector<Tile> tiles = fine_tiles(picture, scale);
  if (part) tiles = {tiles[static_cast<std::size_t>(*part) % tiles.size()]};
  for (const Tile& tile : tiles) {
    const ImageView pixels{
        picture.row(tile.y0) + static_cast<std::ptrdiff_t>(tile.x0) * channel_count(picture.format),
        tile.width, tile.height, picture.stride_bytes, picture.format};
    const int longest =
        static_cast<int>(std::lround(static_cast<float>(std::max(tile.width, tile.height)) * scale));
    MIEN_ASSIGN(std::vector<Detection> found,
                networks.detector.run(pixels, longest, 0, scratch.detect, scratch.nets, gain));
    const auto x = static_cast<float>(tile.x0), y = static_cast<float>(tile.y0);
    for (Detection& d : found) {
      d.box = {d.box.x0 + x, d.box.y0 + y, d.box.x1 + x, d.box.y1 + y};
      for (Point2f& p : d.points) p = {p.x + x, p.y + y};
      if (!cut_off(d.box, tile, picture)) out->push_back(d);
    }
  }
  return {};
}

Result<std::vector<Detection>> detect(ImageView picture, const SceneLook& look, const FaceNetworks& networks,
                                      FindScratch& scratch, float* gain) {
  std::vector<Detection> found;
  if (look.whole) {
    MIEN_ASSIGN(found, networks.detector.run(picture, 0, 0, scratch.detect, scratch.nets));
    *gain = scratch.detect.gain;
  }
  if (!look.fine || std::max(picture.width, picture.height) <= kSmallPicturePx) return found;
  MIEN_TRY(detect_fine(picture, look.part, *gain, networks, scratch, &found));
  scratch.nets = {},
  scratch.detect = {};  // the largest of all scratch: what follows is not piled on top of it
  return suppress_overlaps(std::move(found), kMergeOverlap);
}

// The first two looks correct the crop, which the detector's points gave; the third and its mirror image
// measure.
Result<MeshLook> look_closely(ImageView picture, const Detection& detection, const FaceNetworks& networks,
                              FindScratch& scratch) {
  MIEN_ASSIGN(const MeshLook first, networks.mesh.look(picture, level_square(detection.box, detection.points),
                                                       scratch.mesh, scratch.nets));
  if (first.presence < kMinPresence) return first;
  MIEN_ASSIGN(const MeshLook second,
              networks.mesh.look(picture, level_square(first.mesh), scratch.mesh, scratch.nets));
  const LevelSquare square = level_square(second.mesh);
  MIEN_ASSIGN(const MeshLook plain, networks.mesh.look(picture, square, scratch.mesh, scratch.nets));
  MIEN_ASSIGN(const MeshLook mirrored,
              networks.mesh.look_mirrored(picture, square, scratch.mesh, scratch.nets));
  MeshLook out = mean_of(plain, mirrored);
  see_irises(picture, &out.mesh);
  return out;
}

Result<Face> measure(const Detection& detection, const MeshLook& look, const FaceModel& model) {
  Face face;
  const LevelSquare square = level_square(look.mesh);
  const float half = square.side_px / 2;
  face.box = {square.centre.x - half, square.centre.y - half, square.centre.x + half, square.centre.y + half};
  face.score = detection.score;
  face.points = detection.points;
  face.mesh = look.mesh;
  face.presence = look.presence;
  face.visibility = look.visibility;
  MIEN_ASSIGN(const ShapeFit fit, model.fit(look.mesh));
  face.pose = fit.pose;
  return face;
}

}  // namespace

float share_inside(const Box& inner, const Box& outer) {
  const float w = std::min(inner.x1, outer.x1) - std::max(inner.x0, outer.x0),
              h = std::min(inner.y1, outer.y1) - std::max(inner.y0, outer.y0);
  return w > 0 && h > 0 ? w * h / std::max(inner.width() * inner.height(), 1e-6f) : 0.0f;
}

std::vector<Face> without_nested(std::vector<Face> faces) {
  std::sort(faces.begin(), faces.end(), [](const Face& a, const Face& b) { return a.score > b.score; });
  std::vector<Face> kept;
  for (const Face& face : faces) {
    const bool nested = std::any_of(kept.begin(), kept.end(), [&](const Face& other) {
      return share_inside(face.box, other.box) > kNestedShare;
    });
    if (!nested) kept.push_back(face);
  }
  return kept;
}

Result<std::vector<Detection>> find_detections(ImageView picture, const SceneLook& look,
                                               const FaceNetworks& networks, FindScratch& scratch,
                                               Trace& trace, float* gain) {
  const auto span = trace.span("detect");
  return detect(picture, look, networks, scratch, gain);
}

Result<std::vector<Face>> measure_faces(ImageView picture, const std::vector<Detection>& detections,
                                        const FaceNetworks& networks, FindScratch& scratch, Trace& trace) {
  const auto span = trace.span("mesh");
  std::vector<Face> faces;
  for (const Detection& detection : detections) {
    MIEN_ASSIGN(const MeshLook look, look_closely(picture, detection, networks, scratch));
    if (look.presence < kMinPresence) continue;
    Result<Face> face = measure(detection, look, networks.model);
    if (face.ok()) faces.push_back(*face);  // a mesh without extent is no face
  }
  faces = without_nested(std::move(faces));
  std::sort(faces.begin(), faces.end(),
            [](const Face& a, const Face& b) { return a.box.centre().x < b.box.centre().x; });
  return faces;
}

Result<std::vector<Face>> find_faces(ImageView picture, const FaceNetworks& networks, FindScratch& scratch,
                                     Trace& trace) {
  float gain = 1;
  MIEN_ASSIGN(const std::vector<Detection> detections,
              find_detections(picture, {}, networks, scratch, trace, &gain));
  return measure_faces(picture, detections, networks, scratch, trace);
}

Result<std::optional<RegionMap>> find_regions(ImageView picture, const Mesh& mesh,
                                              const FaceNetworks& networks, FindScratch& scratch,
                                              Trace& trace, int side_px) {
  if (networks.parse == nullptr) return std::optional<RegionMap>();
  const auto span = trace.span("parse");
  RegionMap map;
  MIEN_TRY(networks.parse->run(picture, level_square(mesh), side_px, scratch.parse, scratch.nets, &map));
  return std::optional<RegionMap>(std::move(map));
}

Result<std::optional<UncoveredFace>> uncover(ImageView photo, const Mesh& mesh,
                                             const std::optional<RegionMap>& regions,
                                             const FaceNetworks& networks, FindScratch& scratch,
                                             Trace& trace) {
  if (!networks.uncover || !regions) return std::optional<UncoveredFace>();
  const auto span = trace.span("uncover");
  return networks.uncover->run(photo, mesh, *regions, scratch.uncover, scratch.nets);
}

Done find_glasses(ImageView picture, const Mesh& mesh, const FaceNetworks& networks, FindScratch& scratch,
                  Trace& trace, std::optional<RegionMap>* regions) {
  if (!*regions || !(networks.uncover || networks.late_uncover)) return {};
  const auto span = trace.span("glasses");
  const UncoverNet* uncover = networks.uncover;
  if (!uncover) {  // it looks whether it is worth the question itself, but would have to be loaded for that
    if (!UncoverNet::may_wear_glasses(mesh, **regions, scratch.uncover)) return {};
    MIEN_ASSIGN(uncover, networks.late_uncover->get());
  }
  MIEN_ASSIGN((*regions)->glasses,
              uncover->find_glasses(picture, mesh, **regions, scratch.uncover, scratch.nets));
  return {};
}

Result<std::optional<Identity>> identify(ImageView picture, const Mesh& mesh, const FaceNetworks& networks,
                                         FindScratch& scratch, Trace& trace) {
  if (networks.identity == nullptr) return std::optional<Identity>();
  const auto span = trace.span("identity");
  MIEN_ASSIGN(const Identity found, networks.identity->run(picture, mesh, scratch.identity, scratch.nets));
  return std::optional<Identity>(found);
}

float covered_share(const RegionMap& regions, const Mesh& mesh) {
  constexpr int kGrid = 48;  // the oval is looked at on a grid of this size
  Affine grid_from_frame = crop_from_frame(level_square(mesh), 1.0f, kGrid);
  thread_local Plane cover, oval;
  regions.sample({RegionClass::kHair, RegionClass::kOccluder}, grid_from_frame.inverse(), kGrid, kGrid,
                 &cover);
  oval.resize(kGrid, kGrid);
  oval.fill(0);
  std::array<Point2f, topology::kOval.size()> outline;
  for (std::size_t i = 0; i < outline.size(); ++i)
    outline[i] = grid_from_frame({mesh[topology::kOval[i]].x, mesh[topology::kOval[i]].y});
  fill_polygon(outline, &oval);
  float covered = 0, all = 1e-6f;
  for (std::size_t i = 0; i < oval.size(); ++i)
    covered += oval.values[i] * (cover.values[i] > 0.5f ? 1.0f : 0.0f), all += oval.values[i];
  return covered / all;
}

int largest_face(const std::vector<Face>& faces) {
  const auto smaller = [](const Face& a, const Face& b) { return a.box.width() < b.box.width(); };
  const auto found = std::max_element(faces.begin(), faces.end(), smaller);
  return found == faces.end() ? -1 : static_cast<int>(found - faces.begin());
}

}  // namespace mien
