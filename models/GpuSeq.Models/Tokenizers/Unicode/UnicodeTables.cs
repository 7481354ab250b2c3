using System.Globalization;

namespace GpuSeq.Models;

/// <summary>
/// The tables of Unicode normalization (UAX #15), of the version that <c>unicode.txt</c> names; <c>make_tables.py</c> writes that file.
/// Hangul syllables are computed (The Unicode Standard, section 3.12).
/// </summary>
internal static class UnicodeTables
{
    private const string Resource = "GpuSeq.Models.unicode.txt";
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Trails = 28, Syllables = Leads * Vowels * Trails;

    private static readonly Dictionary<int, byte> Classes = [];
    private static readonly Dictionary<int, int[]> Canonical = [];
    private static readonly Dictionary<int, int[]> Compatible = []; // whole, for characters where it is not the canonical one
    private static readonly Dictionary<long, int> Composed = [];
    private static readonly HashSet<int> Followers = []; // what a composition has in second place

    static UnicodeTables()
    {
        var compatible = new Dictionary<int, int[]>();
        foreach (var (section, line) in Lines())
        {
            switch (section)
            {
                case "[classes]":
                    AddClasses(line);
                    break;
                case "[canonical]":
                    AddCanonical(line);
                    break;
                default:
                    var numbers = Numbers(line);
                    compatible.Add(numbers[0], numbers[1..]);
                    break;
            }
        }
        foreach (var code in Canonical.Keys.ToArray())
            Canonical[code] = [.. Canonical[code].SelectMany(part => Whole(part, Canonical))];
        foreach (var (code, parts) in Canonical)
            compatible.TryAdd(code, parts);
        foreach (var code in compatible.Keys)
            Compatible.Add(code, [.. Whole(code, compatible)]);
    }

    /// <summary>The canonical combining class of a code point; 0 for what other characters combine with.</summary>
    public static int CombiningClass(int code) => Classes.GetValueOrDefault(code);

    /// <summary>What a code point decomposes into, in the end; empty where it stays as it is.</summary>
    /// <param name="code">The code point.</param>
    /// <param name="compatible">Whether characters may lose their looks, such as ligatures and full width.</param>
    public static ReadOnlySpan<int> Decomposition(int code, bool compatible)
    {
        var syllable = code - SyllableBase;
        if ((uint)syllable >= Syllables)
            return (compatible ? Compatible : Canonical).GetValueOrDefault(code);
        var (lead, vowel, trail) = (
            LeadBase + syllable / (Vowels * Trails), VowelBase + syllable / Trails % Vowels, TrailBase + syllable % Trails);
        return (int[])(trail == TrailBase ? [lead, vowel] : [lead, vowel, trail]);
    }

    /// <summary>What two code points compose to, or null.</summary>
    public static int? Composition(int first, int second)
    {
        if ((uint)(first - LeadBase) < Leads && (uint)(second - VowelBase) < Vowels)
            return SyllableBase + ((first - LeadBase) * Vowels + second - VowelBase) * Trails;
        var syllable = first - SyllableBase;
        if ((uint)syllable < Syllables && syllable % Trails == 0 && second is > TrailBase and < TrailBase + Trails)
            return first + second - TrailBase;
        return Composed.TryGetValue(Key(first, second), out var composed) ? composed : null;
    }

    /// <summary>Whether a code point composes with some other that stands before it.</summary>
    public static bool ComposesWithPrevious(int code) =>
        Followers.Contains(code) || (uint)(code - VowelBase) < Vowels || code is > TrailBase and < TrailBase + Trails;

    private static long Key(int first, int second) => (long)first << 32 | (uint)second;

    private static IEnumerable<int> Whole(int code, Dictionary<int, int[]> steps) =>
        steps.TryGetValue(code, out var parts) ? parts.SelectMany(part => Whole(part, steps)) : [code];

    private static void AddClasses(string line)
    {
        var parts = line.Split('-', ' ');
        for (var code = Number(parts[0]); code <= Number(parts[1]); code++)
            Classes.Add(code, byte.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    private static void AddCanonical(string line)
    {
        var numbers = Numbers(line.TrimEnd('!', ' '));
        Canonical.Add(numbers[0], numbers[1..]);
        if (line.EndsWith('!'))
            return;
        Composed.Add(Key(numbers[1], numbers[2]), numbers[0]);
        Followers.Add(numbers[2]);
    }

    private static int[] Numbers(string line) => [.. line.Split(' ').Select(Number)];

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static IEnumerable<(string Section, string Line)> Lines()
    {
        using var stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        var section = "";
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '[')
                section = line;
            else if (line[0] != '#')
                yield return (section, line);
        }
    }
}
