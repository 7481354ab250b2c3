using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>The files of a WordPiece tokenizer: <c>vocab.txt</c>, a token a line, and <c>tokenizer_config.json</c>.</summary>
internal static class WordPieceFiles
{
    public const string VocabularyFile = "vocab.txt";
    private const string ConfigFile = "tokenizer_config.json";
    private const string DefaultUnknown = "[UNK]";

    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    private sealed record Config
    {
        public bool DoLowerCase { get; init; } = true;

        public bool? StripAccents { get; init; }

        public bool TokenizeChineseChars { get; init; } = true;

        public string TokenizerClass { get; init; } = "BertTokenizer";
    }

    public static WordPieceVocabulary Load(string folder)
    {
        var path = Path.Combine(folder, VocabularyFile);
        var tokens = ReadTokens(path);
        var configPath = Path.Combine(folder, ConfigFile);
        var config = File.Exists(configPath) ? JsonFile.Load<Config>(configPath, "the configuration of a tokenizer") : new();
        var unknown = Array.IndexOf(tokens, DefaultUnknown);
        if (unknown < 0)
            throw new DataException(path, $"it has no token '{DefaultUnknown}'");
        var added = Special.Select(token => (Id: Array.IndexOf(tokens, token), Token: token)).Where(entry => entry.Id >= 0)
            .Select(entry => AddedToken.Mark(entry.Id, entry.Token));
        return new(tokens, [.. added], unknown, new()
        {
            LowerCase = config.DoLowerCase,
            StripAccents = config.StripAccents,
            SplitsIdeographs = config.TokenizeChineseChars,
        }, null);
    }

    public static void Save(string folder, IReadOnlyList<string> tokens, WordPieceOptions options)
    {
        AtomicFile.WriteText(Path.Combine(folder, VocabularyFile), string.Concat(tokens.Select(token => token + "\n")));
        JsonFile.Save(Path.Combine(folder, ConfigFile), new Config
        {
            DoLowerCase = options.LowerCase,
            StripAccents = options.StripAccents,
            TokenizeChineseChars = options.SplitsIdeographs,
        });
    }

    private static string[] ReadTokens(string path)
    {
        var tokens = TextFile.Read(path).Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        return tokens is [.. var all, ""] ? all : tokens;
    }
}
