using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>Names types in C and defines structures.</summary>
internal sealed class TypeWriter(Dialect dialect)
{
    private static readonly Dictionary<Type, string> Scalars = new()
    {
        [typeof(bool)] = "u8",
        [typeof(byte)] = "u8",
        [typeof(sbyte)] = "i8",
        [typeof(short)] = "i16",
        [typeof(ushort)] = "u16",
        [typeof(char)] = "u16",
        [typeof(int)] = "i32",
        [typeof(uint)] = "u32",
        [typeof(long)] = "i64",
        [typeof(ulong)] = "u64",
        [typeof(nint)] = "i64",
        [typeof(nuint)] = "u64",
        [typeof(float)] = "f32",
        [typeof(double)] = "f64",
    };

    private readonly Dictionary<CType, string> _names = [];
    private readonly HashSet<string> _taken = [];
    private readonly StringBuilder _definitions = new();

    /// <summary>The structures in an order in which each is defined before it is used.</summary>
    public string Definitions => _definitions.ToString();

    /// <summary>A name that C takes, and that nothing else has.</summary>
    public string Unique(string name)
    {
        var clean = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]).Trim('_');
        var result = clean;
        for (var i = 2; !_taken.Add(result); i++)
            result = $"{clean}_{i}";
        return result;
    }

    /// <summary>The name of a type.</summary>
    public string Name(CType type)
    {
        if (type.Type == typeof(void))
            return "void";
        if (type.IsPointer)
            return $"{Qualifier(type.Space)}{Name(type.Target)}*";
        if (Scalars.TryGetValue(type.Type.IsEnum ? type.Type.GetEnumUnderlyingType() : type.Type, out var scalar))
            return scalar;
        type = dialect == Dialect.Cuda ? CType.All(type.Type, Space.Global) : type.Settled();
        if (!_names.TryGetValue(type, out var name))
            _names[type] = name = Define(type);
        return name;
    }

    /// <summary>The name of a field.</summary>
    public static string Field(FieldInfo field)
    {
        var name = field.Name;
        if (name.StartsWith('<')) // of a property, or captured by a primary constructor
            name = name[1..name.IndexOf('>', StringComparison.Ordinal)];
        return "_" + new string([.. name.TrimStart('_').Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
    }

    /// <summary>The number of elements of a structure that is a fixed buffer; else 0.</summary>
    public static int FixedLength(Type type) => type.IsDefined(typeof(UnsafeValueTypeAttribute), inherit: false)
        ? CType.SizeOf(type) / CType.SizeOf(ArgumentLeaf.FieldsOf(type).First().FieldType)
        : 0;

    /// <summary>The type of a field of a structure.</summary>
    public static CType FieldType(CType structure, FieldInfo field) => structure.Part(field.FieldType, FieldOffset(structure.Type, field));

    /// <summary>The number of pointers before a field of a structure.</summary>
    public static int FieldOffset(Type structure, FieldInfo field) => ArgumentLeaf
        .FieldsOf(structure)
        .TakeWhile(other => other.MetadataToken != field.MetadataToken)
        .Sum(other => CType.Pointers(other.FieldType));

    /// <summary>The words that put a pointer's target in a space.</summary>
    public string Qualifier(Space space) => dialect == Dialect.Cuda
        ? ""
        : space switch
        {
            Space.Local => "__local ",
            Space.Private => "__private ",
            _ => "__global ",
        };

    private static string Array(Type type) => FixedLength(type) is > 0 and var length ? $"[{length}]" : "";

    private string Define(CType type)
    {
        var fields = new StringBuilder();
        if (type.IsView)
        {
            fields.Append($" {Qualifier(type.Space)}{Name(new(type.Type.GetGenericArguments()[0]))}* p; i64 length;");
        }
        else
        {
            foreach (var field in ArgumentLeaf.FieldsOf(type.Type))
                fields.Append($" {Name(FieldType(type, field))} {Field(field)}{Array(type.Type)};");
            if (fields.Length == 0)
                fields.Append(" u8 _nothing;");
        }
        var plain = type.Type.Name.Split('`')[0];
        if (type.IsView)
            plain += $"_{Name(new(type.Type.GetGenericArguments()[0]))}";
        if (dialect == Dialect.OpenCL && type.Spaces.Length > 0)
            plain += "_" + string.Concat(type.Spaces.ToArray().Distinct().Select(space => char.ToLowerInvariant(space.ToString()[0])));
        var name = Unique(plain);
        // Four equal words are loaded and stored at once.
        var align = type.Spaces.Length == 0 && CType.SizeOf(type.Type) == 16 ? " ALIGNED_16" : "";
        _definitions.Append($"typedef struct{align} {name} {{{fields} }} {name};\n");
        return name;
    }
}
