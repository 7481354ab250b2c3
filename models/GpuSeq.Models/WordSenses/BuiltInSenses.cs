namespace GpuSeq.Models;

/// <summary>
/// Words of two senses in sentences that are made of a beginning and an end: any two of a sense go together. A quarter of the
/// sentences is left out of what is learned, and compared.
/// </summary>
public static class BuiltInSenses
{
    private const int ComparedEvery = 4;

    private static readonly (string Word, string Sense, string[] Beginnings, string[] Ends)[] Senses =
    [
        ("bank", "river",
            [
                "the angler sat on the", "reeds grow thick on the", "two boats lay along the", "the flood washed over the",
                "we walked barefoot down the", "a heron stood on the", "they camped on the far", "the children slid down the muddy",
            ],
            [
                "of the stream", "beside the slow current", "below the old mill", "under the willows", "near the ford", "wet from the rain",
                "where fish hide among stones", "across the deep water",
            ]),
        ("bank", "money",
            [
                "she opened an account at the", "the clerk counted coins in the", "he borrowed a large sum from the",
                "the firm owes a debt to the",
                "we sent the cheque to the", "a thief stole gold from the", "her savings lie in the", "the manager wrote letters for the",
            ],
            [
                "next to the town hall", "that holds our money", "for a small fee", "with the great vault", "at a low interest",
                "before the loan was due", "despite the rates", "where the rich keep their wealth",
            ]),
        ("bat", "animal",
            [
                "at dusk we saw a", "deep in the cave hung a", "from the dark barn flew a", "the owl chased a",
                "behind the shutter slept a",
                "the child was afraid of a", "out of the tower came a", "under the roof lives a",
            ],
            [
                "that hunted moths", "with thin wings", "in the fading light", "that sleeps upside down", "with pointed ears and soft fur",
                "looking for insects", "on its way to the trees", "among others of its kind",
            ]),
        ("bat", "game",
            [
                "he swung the", "she gripped the", "the player broke the", "the boy carried a", "he hit the ball with a",
                "the coach gave her a",
                "they carved a", "the striker threw down the",
            ],
            [
                "and scored a run", "before the next throw", "made of ash wood", "with both hands on the handle",
                "at the edge of the field",
                "for the last game", "while the crowd cheered", "and ran to the base",
            ]),
        ("spring", "season",
            [
                "the swallows come back in", "the snow melts in early", "we plant the beans in", "the lambs are born in",
                "apple trees bloom in",
                "days grow longer in late", "the meadows turn green in", "the farmers sow in",
            ],
            [
                "when the frost is over", "after a hard winter", "as soon as april comes", "once the fields are dry",
                "before the summer heat",
                "when the first flowers open", "if the weather is mild", "as every year in march",
            ]),
        ("spring", "metal",
            [
                "the lid is held by a", "he bent the steel", "the clock has a broken", "a lever pulls the", "the watchmaker replaced the",
                "she oiled the", "the door shuts by means of a", "the mattress has one loose",
            ],
            [
                "of hardened wire", "inside the lock", "that was wound too tight", "with a small screw", "next to the gear",
                "so that the hammer strikes", "which drives the wheel", "under the metal plate",
            ]),
        ("bark", "tree",
            [
                "moss covers the", "the beaver gnawed the", "she carved her name into the", "beetles live under the", "he peeled the",
                "the deer rubbed the", "lichen grew on the rough", "they made a canoe from the",
            ],
            [
                "of the old oak", "of a fallen birch", "down to the pale wood", "near the roots", "of the trunk in the forest",
                "where the branch was cut", "of the pine behind the hut", "until the sap ran out",
            ]),
        ("bark", "dog",
            [
                "we heard a loud", "the puppy gave a", "the burglar feared the", "then came a sharp", "the postman knows the",
                "the cat fled from the", "far away sounded a hoarse", "the night was broken by a",
            ],
            [
                "of the hound", "from behind the fence", "of a hungry wolf", "and then a long howl", "of the guard at the gate",
                "and a low growl",
                "when the bell rang", "of the terrier next door",
            ]),
        ("match", "fire",
            [
                "he struck a", "she lit the lamp with a", "the wind blew out the", "the tin held a single", "he burned his thumb on a",
                "she kindled the stove with a", "the scout saved a dry", "the smoker asked for a",
            ],
            [
                "and a flame rose", "in the dark kitchen", "to light the fire", "from the box on the shelf", "that smelled of sulphur",
                "before the candle went out", "and held it to the wick", "that glowed for a moment",
            ]),
        ("match", "game",
            [
                "our team won the", "the rain delayed the", "thousands watched the", "the referee ended the", "they lost the final",
                "she trained hard for the", "he scored twice in the", "the crowd left the",
            ],
            [
                "against the champions", "in the new stadium", "by three goals to one", "of the season", "after extra time",
                "because the keeper fell", "on the muddy field", "between the two clubs",
            ]),
        ("crane", "bird",
            [
                "in the marsh we saw a", "on one leg stood a", "over the lake flew a", "the hunter spared the", "the fox crept up on a",
                "the pond was home to a", "in the reeds nests a", "she painted a white",
            ],
            [
                "with long grey feathers", "that danced for its mate", "and two chicks", "on its way south", "that caught a frog",
                "calling in the mist", "with a red crown", "among the wild geese",
            ]),
        ("crane", "machine",
            [
                "at the harbour stands a", "the builders put up a", "high above the street turned a", "the load hung from a",
                "he climbed into the cab of a", "the ship was emptied by a", "the engineer repaired the", "a beam was lifted by the",
            ],
            [
                "with a rusty hook", "on the building site", "that lifts ten tons", "beside the half built tower", "on heavy rails",
                "with steel cables", "that moved the containers", "next to the truck",
            ]),
    ];

    /// <summary>The sentences.</summary>
    public static SenseData Create()
    {
        var compared = Senses.SelectMany(sense =>
                from beginning in sense.Beginnings.Index()
                from end in sense.Ends.Index()
                select (Sentence: new SenseSentence(sense.Word, sense.Sense, $"{beginning.Item} {sense.Word} {end.Item} ."),
                    IsCompared: (beginning.Index + end.Index) % ComparedEvery == 0))
            .ToLookup(entry => entry.IsCompared, entry => entry.Sentence);
        return new("the built-in sentences", [.. compared[false]], [.. compared[true]]);
    }
}
