#include "pipeline/follow_cast.h"

#include <algorithm>
#include <cmath>

#include "core/try.h"
#include "track/associate.h"

namespace mien {
namespace {

constexpr int kFirstLooks = 3;   // in a row, of a new face
constexpr int kLookPeriod = 10;  // frames
constexpr int kMostLooks = 8;    // that the mean remembers
constexpr float kMeetingOverlap = 0.02f;
constexpr float kOtherPerson = 0.2f;  // a look that is less like the mean shows somebody else
constexpr float kHold =
    0.1f;  // a part is kept down to this much below the limit, so that it does not come and go

bool meets_another(std::span<const FollowedFace> faces, std::size_t one) {
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (i != one && overlap(faces[i].face.box, faces[one].face.box) > kMeetingOverlap) return true;
  }
  return false;
}

}  // namespace

CastFollower::Person& CastFollower::person(int number) {
  const auto known =
      std::find_if(people_.begin(), people_.end(), [&](const Person& p) { return p.number == number; });
  if (known != people_.end()) return *known;
  people_.emplace_back();
  people_.back().number = number;
  return people_.back();
}

void CastFollower::take_look(const Identity& look, Person* person) {
  if (person->looks > 0 && similarity(look, person->mean) < kOtherPerson)
    person->looks = 0, person->reference = -1;
  const auto n = static_cast<float>(std::min(person->looks, kMostLooks));
  float length = 0;
  for (std::size_t i = 0; i < look.values.size(); ++i) {
    float& mean = person->mean.values[i];
    mean = (n * mean + look.values[i]) / (n + 1);
    length += mean * mean;
  }
  for (float& v : person->mean.values) v /= std::max(std::sqrt(length), 1e-6f);
  ++person->looks;
}

Result<FollowedCast> CastFollower::next(ImageView frame, std::span<const FollowedFace> faces,
                                        std::span<const Casting> cast, float min_similarity,
                                        const FaceNetworks& networks, FindScratch& scratch, Trace& trace) {
  const References references = references_of(cast);
  std::vector<int> numbers;
  for (const FollowedFace& face : faces) numbers.push_back(face.number);
  forget_others(numbers, &people_);
  for (std::size_t i = 0; i < faces.size() && !references.identities.empty(); ++i) {
    Person& one = person(faces[i].number);
    if (meets_another(faces, i)) one.frames_to_look = 0;
    if (one.looks >= kFirstLooks && one.frames_to_look-- > 0) continue;
    MIEN_ASSIGN(const std::optional<Identity> look,
                identify(frame, faces[i].face.mesh, networks, scratch, trace));
    if (look) take_look(*look, &one);
    one.frames_to_look = kLookPeriod - 1;
  }
  return deal(faces, references, min_similarity);
}

FollowedCast CastFollower::deal(std::span<const FollowedFace> faces, const References& references,
                                float min_similarity) {
  FollowedCast out;
  out.parts.resize(faces.size());
  std::vector<std::optional<Identity>> identities(faces.size());
  for (std::size_t i = 0; i < faces.size() && !references.identities.empty(); ++i) {
    if (const Person& one = person(faces[i].number); one.looks > 0) identities[i] = one.mean;
  }
  const std::vector<Match> matches = match_people(references.identities, identities, min_similarity - kHold);
  for (std::size_t r = 0; r < matches.size(); ++r) {
    const int reference = static_cast<int>(r), face = matches[r].face;
    const bool held =
        face >= 0 && person(faces[static_cast<std::size_t>(face)].number).reference == reference;
    if (face < 0 || (matches[r].similarity < min_similarity && !held)) {
      out.missing.push_back({references.casting_of[r], matches[r].similarity});
      continue;
    }
    out.parts[static_cast<std::size_t>(face)] = {references.casting_of[r], matches[r].similarity};
  }
  for (std::size_t i = 0; i < faces.size(); ++i) {
    Part& part = out.parts[i];
    if (!references.identities.empty()) {
      const auto place = std::find(references.casting_of.begin(), references.casting_of.end(), part.casting);
      person(faces[i].number).reference =
          part.casting < 0 ? -1 : static_cast<int>(place - references.casting_of.begin());
    }
    if (part.casting < 0) part.casting = references.for_the_rest;
  }
  return out;
}

}  // namespace mien
