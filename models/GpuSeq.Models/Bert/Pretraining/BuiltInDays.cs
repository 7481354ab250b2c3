namespace GpuSeq.Models;

/// <summary>
/// Invented people's days from waking to sleep, made for the recipes that are given no text. Who it is, where, with which animal and
/// in what weather holds for the whole day, so that a sentence tells of what stands in others, of whose day it is, and of the hour.
/// </summary>
public static class BuiltInDays
{
    private const int Count = 480;
    private const ulong Seed = 7;

    private static readonly (string Name, string He, string His)[] People =
    [
        ("Anna", "she", "her"), ("Bruno", "he", "his"), ("Clara", "she", "her"), ("Dennis", "he", "his"), ("Emma", "she", "her"),
        ("Felix", "he", "his"), ("Greta", "she", "her"), ("Hugo", "he", "his"), ("Irma", "she", "her"), ("Jonas", "he", "his"),
        ("Klara", "she", "her"), ("Lukas", "he", "his"),
    ];

    private static readonly string[] Towns = ["Amberg", "Birkdale", "Corley", "Dunmore", "Elmstead", "Fairport", "Glenholm", "Hadley"];

    private static readonly (string Animal, string Sound, string Food)[] Animals =
    [
        ("dog", "barks", "bones"), ("cat", "meows", "fish"), ("rooster", "crows", "grain"), ("donkey", "brays", "hay"),
        ("parrot", "whistles", "nuts"), ("goat", "bleats", "grass"),
    ];

    private static readonly (string Weather, string Thing, string Street)[] Weathers =
    [
        ("raining", "an umbrella", "wet"), ("snowing", "a warm coat", "white"), ("sunny", "a straw hat", "bright"),
        ("foggy", "a lantern", "grey"), ("windy", "a scarf", "noisy"),
    ];

    private static readonly (string Job, string Place, string Deed, string Other, string Tool)[] Jobs =
    [
        ("baker", "bakery", "kneads the dough", "bakes rolls", "oven"),
        ("teacher", "school", "reads a story", "corrects the tests", "blackboard"),
        ("doctor", "hospital", "visits the sick", "writes a letter", "thermometer"),
        ("farmer", "farm", "milks the cows", "ploughs the field", "tractor"),
        ("sailor", "harbour", "mends the nets", "paints the boat", "anchor"),
        ("tailor", "workshop", "cuts the cloth", "sews a jacket", "needle"),
        ("gardener", "park", "waters the roses", "plants a tree", "spade"),
        ("clerk", "office", "counts the stamps", "answers the telephone", "pencil"),
    ];

    private static readonly string[] Vehicles = ["bus", "train", "bicycle", "tram"];
    private static readonly string[] Drinks = ["tea", "milk", "coffee", "cocoa"];
    private static readonly string[] Breakfasts = ["bread with honey", "an apple", "a boiled egg", "oatmeal"];
    private static readonly string[] Dishes = ["soup", "pancakes", "potatoes", "noodles", "rice with beans"];
    private static readonly string[] Books = ["the sea", "old castles", "the stars", "wild birds", "distant islands"];

    /// <summary>The days, a text for each: the same ones each time.</summary>
    public static IReadOnlyList<string> Write()
    {
        var random = new SplitMix64(Seed);
        return [.. Enumerable.Range(0, Count).Select(_ => Day(ref random))];
    }

    private static string Day(ref SplitMix64 random)
    {
        var (name, he, his) = random.Choose(People);
        var (animal, sound, food) = random.Choose(Animals);
        var (weather, thing, street) = random.Choose(Weathers);
        var (job, place, deed, other, tool) = random.Choose(Jobs);
        var (town, vehicle, friend) = (random.Choose(Towns), random.Choose(Vehicles), random.Choose(People).Name);
        var capital = char.ToUpperInvariant(he[0]) + he[1..];
        string[] sentences =
        [
            random.Choose([
                $"{name} wakes up early in {town}, because the {animal} {sound}.",
                $"It is still dark in {town} when the {animal} {sound} and {name} wakes up."]),
            $"For breakfast {he} drinks {random.Choose(Drinks)} and eats {random.Choose(Breakfasts)}.",
            random.Choose([$"Then {he} gives {food} to the {animal}.", $"The hungry {animal} gets {his} {food}, and {name} laughs."]),
            $"This morning it is {weather}, so {he} takes {thing}.",
            $"{capital} goes to the {place} by {vehicle}, because {name} is a {job}.",
            random.Choose([$"In the {place} {he} {deed}.", $"Before noon the {job} {deed} and looks for the {tool}."]),
            $"At noon {name} eats {random.Choose(Dishes)} with {friend}, and they talk about the {animal}.",
            random.Choose([$"In the afternoon {he} {other}.", $"After lunch the {job} {other} with the {tool} of {friend}."]),
            $"When the {place} closes, {he} walks home through the {street} streets of {town}.",
            random.Choose([$"In the evening {he} cooks {random.Choose(Dishes)}.", $"For supper {name} makes {random.Choose(Dishes)}."]),
            $"Late at night {he} reads a book about {random.Choose(Books)} to the {animal}.",
            $"At last {name} sleeps, and the {animal} sleeps beside {(he == "she" ? "her" : "him")}.",
        ];
        return string.Join(' ', sentences);
    }
}
