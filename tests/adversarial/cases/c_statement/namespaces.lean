-- The name is resolved in another place, or names in the statement are.
--# context
namespace Site
def limit := 10
end Site
open Site
--# challenge
theorem t : limit = 11
--# cheat refused: statement
namespace Site
def limit := 10
end Site
def limit := 11
theorem t : _root_.limit = 11 := rfl
--# cheat refused: statement
namespace Site
def limit := 10
end Site
namespace Other
def limit := 11
end Other
open Other
theorem t : limit = 11 := rfl
--# cheat refused: kernel
namespace Site
def limit := 11
end Site
open Site
theorem t : limit = 11 := rfl
--# cheat refused: export; Lean says: Missing name after `end`
namespace Site
def limit := 10
end
--# challenge
theorem Site.inner : limit = 10
--# cheat refused: export
namespace Site
def limit := 10
theorem inner' : limit = 10 := rfl
end Site
theorem inner : Site.limit = 10 := rfl
--# twin
namespace Site
def limit := 10
theorem inner : limit = 10 := rfl
end Site
--# twin
def Site.limit := 10
theorem Site.inner : Site.limit = 10 := rfl
