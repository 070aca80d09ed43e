// Who gets whom: which faces of a frame are chosen, and which source each of them gets.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mien/engine.h"

namespace mien {

// Indices of the faces in the order that gives them their numbers.
std::vector<std::size_t> numbered(const std::vector<Face>& faces, FaceOrder order);

// Per face (already in order): empty when it is chosen, else why not. kNoFace when the face that was asked
// for is not there.
Result<std::vector<std::string>> not_chosen_because(const std::vector<Face>& faces,
                                                    const FusionOptions& options);

inline constexpr const char* kClaimedByNobody = "left alone: none of the references looks like this person";

// The cast taken apart.
struct References {
  std::vector<Identity> identities;  // of those entries that have a reference
  std::vector<int> casting_of;       // their indices in the cast
  int for_the_rest = -1;             // index of the entry without one; -1: there is none
};
References references_of(std::span<const Casting> cast);

// One reference's place in a frame.
struct Match {
  int face = -1;          // index; -1: the person is not there
  float similarity = -1;  // of that face, or of the best one that was still free
};

// Gives every reference the face that looks most like it, best pairs first, one face each. Faces without
// identity are never matched.
std::vector<Match> match_people(const std::vector<Identity>& references,
                                const std::vector<std::optional<Identity>>& faces, float min_similarity);

}  // namespace mien
