#include "pipeline/follow_faces.h"

#include <algorithm>
#include <functional>

#include "core/try.h"
#include "face/gaze.h"
#include "pipeline/periods.h"
#include "track/associate.h"

namespace mien {
namespace {

constexpr float kKeepPresence = 0.5f;  // below that a tracked mesh has lost its face; a new one needs more
constexpr float kSameFaceOverlap = 0.25f;
constexpr float kStepShare = 0.2f;      // of a frame in the usual time between two
constexpr float kDoubleOverlap = 0.6f;  // tracks that overlap more look at one face
constexpr float kLargestGrowth = 1.5f;  // in size from one frame to the next; more is no face but a mistake
constexpr double kLongestGapSeconds = 1;

// Where a face should be: the look at it, and the mirrored one when that is wanted. A pool of several threads
// does both at once, though the second may not be needed.
struct Looks {
  std::optional<Result<MeshLook>> plain, mirrored;
};

Looks look_at(ImageView frame, const LevelSquare& square, bool twice, const FaceNetworks& networks,
              FindScratch& scratch, ThreadPool& pool) {
  Looks out;
  const auto some = [&](int first, int last) {
    for (int k = first; k < last; ++k) {
      if (k == 0) {
        out.plain.emplace(networks.mesh.look(frame, square, scratch.mesh, scratch.nets));
      } else {
        out.mirrored.emplace(
            networks.mesh.look_mirrored(frame, square, scratch.mirrored_mesh, scratch.mirrored_nets));
      }
    }
  };
  pool.for_ranges(0, twice ? 2 : 1, 1, std::cref(some));
  return out;
}

Result<std::optional<Face>> look_again(ImageView frame, Track* track, int second_look_period,
                                       const FaceNetworks& networks, FindScratch& scratch, ThreadPool& pool) {
  const LevelSquare square = track->expected();
  const bool twice = second_look_period <= 1 || track->wants_second_look();
  Looks looks = look_at(frame, square, twice, networks, scratch, pool);
  MIEN_ASSIGN(const MeshLook plain, std::move(*looks.plain));
  if (plain.presence < kKeepPresence) return std::optional<Face>();
  MeshLook look = plain;
  if (twice) {
    MIEN_ASSIGN(const MeshLook mirrored, std::move(*looks.mirrored));
    look = mean_of(plain, mirrored);
    track->take_second_look(plain.mesh, look.mesh, second_look_period);
  } else {
    look.mesh = track->without_second_look(plain.mesh);
  }
  see_irises(frame, &look.mesh);
  const LevelSquare now = level_square(look.mesh);
  const float growth = now.side_px / std::max(square.side_px, 1e-3f), half = now.side_px / 2;
  if (look.presence < kKeepPresence || growth > kLargestGrowth || growth < 1 / kLargestGrowth ||
      !(eye_distance_px(look.mesh) > 0))
    return std::optional<Face>();
  Face face = track->face();  // with an old pose: see fuse_tracked()
  face.mesh = look.mesh;
  face.box = {now.centre.x - half, now.centre.y - half, now.centre.x + half, now.centre.y + half};
  face.presence = look.presence;
  face.visibility = look.visibility;
  return std::optional<Face>(std::move(face));
}

}  // namespace

void FaceFollower::set(const FollowSettings& settings) {
  settings_ = settings;
  turns_.shorten(settings.detector_period, periods_per_part_);
}

void FaceFollower::reset() {
  tracks_.clear();
  new_shot_ = true;
}

bool FaceFollower::begins_anew(ImageView frame, double seconds) {
  const bool cut = cuts_seen_.next(frame);
  const double step = seconds - last_seconds_;
  const bool gap = started_ && (step < 0 || step > kLongestGapSeconds);
  if (started_ && step > 0 && !gap) {
    step_seconds_ = static_cast<float>(step);
    // One late frame is no slow stream.
    usual_step_ += kStepShare * (std::min(step_seconds_, 2 * usual_step_) - usual_step_);
  }
  turns_.shorten(detector_period(), periods_per_part_);
  started_ = true;
  last_seconds_ = seconds;
  cuts_ += cut;
  return cut || gap;
}

// Fills `seen` by looking where the tracks should be. -> whether all were found.
Result<bool> FaceFollower::look_at_tracks(ImageView frame, const FaceNetworks& networks, FindScratch& scratch,
                                          ThreadPool& pool, std::vector<std::optional<Face>>* seen) {
  bool all = true;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if ((*seen)[i]) continue;
    MIEN_ASSIGN((*seen)[i], look_again(frame, &tracks_[i], second_look_period_, networks, scratch, pool));
    all = all && (*seen)[i].has_value();
  }
  return all;
}

int FaceFollower::detector_period() const {
  return detector_period_at(settings_.detector_period, usual_step_);
}

// What the detector looks at in this frame. While all tracks see theirs, one part of its finer look after the
// other is enough: who comes in is small for a moment only.
std::optional<SceneLook> FaceFollower::look_due(bool all_seen, bool busy) {
  if (!all_seen) {
    turns_.looked_at_all(detector_period());
    return SceneLook();
  }
  const DetectorTurns::Turn turn = turns_.next(detector_period(), busy, periods_per_part_);
  if (!turn.whole && !turn.part) return std::nullopt;
  return SceneLook{turn.whole, turn.part.has_value(), turn.part};
}

// Faces that no track has seen in this frame.
Result<std::vector<Face>> FaceFollower::find_new(ImageView frame, const SceneLook& look,
                                                 const std::vector<std::optional<Face>>& seen,
                                                 const FaceNetworks& networks, FindScratch& scratch,
                                                 Trace& trace) {
  scratch.nets = {};  // the detector needs more than all else; it is not piled on top of what the last
                      // frame's networks left
  MIEN_ASSIGN(std::vector<Detection> found,
              find_detections(frame, look, networks, scratch, trace, &scene_gain_));
  std::erase_if(found, [&](const Detection& d) {
    return std::any_of(seen.begin(), seen.end(), [&](const std::optional<Face>& face) {
      return face &&
             (overlap(d.box, face->box) > kSameFaceOverlap || share_inside(d.box, face->box) > kNestedShare);
    });
  });
  return measure_faces(frame, found, networks, scratch, trace);
}

// Gives the detector's faces to tracks; new tracks for those that are left.
void FaceFollower::take_found(const std::vector<Face>& found, std::vector<std::optional<Face>>* seen) {
  std::vector<Box> expected, boxes;
  for (std::size_t i = 0; i < tracks_.size(); ++i)
    expected.push_back((*seen)[i] ? (*seen)[i]->box : tracks_[i].face().box);
  for (const Face& face : found) boxes.push_back(face.box);
  const std::vector<int> face_of_track = associate(expected, boxes, kSameFaceOverlap);
  std::vector<bool> taken(found.size(), false);
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if (face_of_track[i] < 0) continue;
    (*seen)[i] = found[static_cast<std::size_t>(face_of_track[i])];
    taken[static_cast<std::size_t>(face_of_track[i])] = true;
  }
  for (std::size_t f = 0; f < found.size(); ++f) {
    if (taken[f]) continue;
    tracks_.emplace_back(++last_number_, new_shot_);
    seen->emplace_back(found[f]);
  }
}

// Of two tracks on one face the older stays.
void FaceFollower::drop_doubles() {
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const auto doubles = [&](const Track& track) {
      return overlap(track.face().box, tracks_[i].face().box) > kDoubleOverlap;
    };
    tracks_.erase(
        std::remove_if(tracks_.begin() + static_cast<std::ptrdiff_t>(i) + 1, tracks_.end(), doubles),
        tracks_.end());
  }
}

Result<std::vector<FollowedFace>> FaceFollower::next(ImageView frame, double seconds, bool busy,
                                                     const FaceNetworks& networks, FindScratch& scratch,
                                                     ThreadPool& pool, Trace& trace) {
  if (begins_anew(frame, seconds)) reset();
  std::vector<std::optional<Face>> seen(tracks_.size());
  bool all_seen = !tracks_.empty();
  {
    const auto span = trace.span("track");
    MIEN_ASSIGN(const bool all, look_at_tracks(frame, networks, scratch, pool, &seen));
    all_seen = all_seen && all;
  }
  if (const std::optional<SceneLook> look = look_due(all_seen, busy)) {
    MIEN_ASSIGN(const std::vector<Face> found, find_new(frame, *look, seen, networks, scratch, trace));
    take_found(found, &seen);
    new_shot_ = false;
  }
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if (seen[i]) {
      tracks_[i].see(*seen[i], step_seconds_, settings_.steady);
    } else {
      tracks_[i].miss();
    }
  }
  tracks_.erase(std::remove_if(tracks_.begin(), tracks_.end(), [](const Track& t) { return t.gone(); }),
                tracks_.end());
  drop_doubles();
  std::vector<FollowedFace> out;
  for (const Track& track : tracks_) out.push_back({track.number(), track.face(), track.opacity()});
  return out;
}

}  // namespace mien
