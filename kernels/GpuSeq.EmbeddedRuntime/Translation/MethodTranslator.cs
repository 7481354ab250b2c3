using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Text;
using GpuSeq.EmbeddedRuntime.IL;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>
/// Translates one method. Its instructions are followed with expressions of C on the evaluation stack; what has an effect becomes
/// a statement, and branches become gotos between the blocks, which device compilers read as the loops they are; only loops that
/// count from one constant to another are written as such, so that they can be unrolled. This is repeated until the address spaces
/// of the variables are known, and the last text is kept.
/// </summary>
internal sealed partial class MethodTranslator
{
    private readonly KernelProgram _program;
    private readonly MethodBase _method;
    private readonly MethodIL _il;
    private readonly CType[] _arguments;
    private readonly CType[] _locals;
    private readonly bool[] _isShown; // locals whose address is taken
    private readonly bool[] _isShownArgument;
    private readonly int[] _lengths; // of arrays in locals
    private readonly HashSet<int> _leaders = []; // where blocks begin
    private readonly HashSet<int> _targets = []; // of gotos
    private readonly Dictionary<int, Value[]> _entries = []; // what lies on the stack where a block begins
    private readonly Dictionary<int, Loop> _loops; // by the branch to the condition
    private CType _returnType;
    private bool _changed;

    // Of the current pass.
    private readonly StringBuilder _text = new();
    private readonly List<string> _declarations = [];
    private readonly HashSet<string> _declared = [];
    private readonly List<Function> _callees = [];
    private readonly HashSet<int> _openLoops = []; // where the condition of a loop that is written as one stands
    private readonly List<Value> _stack = [];
    private int _temporaries;
    private int _offset;
    private int _sharedBytes;
    private bool _needsTeam;
    private bool _exchanges;
    private bool _usesDynamic;

    public MethodTranslator(KernelProgram program, MethodBase method, IReadOnlyList<CType> arguments)
    {
        (_program, _method) = (program, method);
        if (KernelApi.IsIntrinsic(method))
            throw Error("it is an intrinsic implementation, for CPUs only");
        _il = MethodIL.Read(method) ?? throw Error("it has no instructions to read");
        if (_il.Handlers.Count > 0)
            throw Error("exceptions are not handled on devices");
        _arguments = [.. arguments];
        _locals = [.. _il.Locals.Select(type => new CType(type))];
        _isShown = new bool[_locals.Length];
        _isShownArgument = new bool[_arguments.Length];
        _lengths = new int[_locals.Length];
        Array.Fill(_lengths, -1);
        _returnType = new(_il.ReturnType);
        FindLeaders();
        _loops = FindLoops(_il.Instructions);
    }

    private bool IsCuda => _program.Options.Dialect == Dialect.Cuda;

    /// <summary>Translates the method.</summary>
    public Function Translate()
    {
        const int MostPasses = 16;
        var pass = 0;
        do
        {
            if (pass++ == MostPasses)
                throw Error("the address spaces of its pointers do not settle");
            _changed = false;
            Pass();
        }
        while (_changed);
        var name = _program.Types.Unique($"{_method.DeclaringType?.Name.Split('`')[0]}_{_method.Name}");
        var parameters = _arguments.Select((type, i) => $"{TypeName(type)} a{i}");
        if (_needsTeam)
            parameters = parameters.Prepend("Team team");
        var text = new StringBuilder($"FUNCTION {TypeName(_returnType)} {name}({string.Join(", ", parameters)})\n{{\n");
        for (var i = 0; i < _locals.Length; i++)
        {
            if (_declared.Contains($"v{i}"))
                text.Append($"    {TypeName(_locals[i])} v{i};\n");
        }
        foreach (var declaration in _declarations)
            text.Append($"    {declaration}\n");
        text.Append(_text).Append("}\n");
        return new Function
        {
            Name = name,
            ReturnType = _returnType,
            Arguments = _arguments,
            Text = text.ToString(),
            Callees = [.. _callees.Distinct()],
            NeedsTeam = _needsTeam,
            Exchanges = _exchanges,
            UsesDynamic = _usesDynamic,
            SharedBytes = _sharedBytes,
        };
    }

    private TranslationException Error(string reason) => _program.Error(_method, _il is null ? -1 : _offset, reason);

    private string TypeName(CType type)
    {
        foreach (var space in type.Spaces)
        {
            if (space == Space.Mixed && !IsCuda)
                throw Error($"a value of type {type.Type.Name} points into two address spaces");
        }
        return _program.Types.Name(type);
    }

    private void FindLeaders()
    {
        for (var i = 0; i < _il.Instructions.Count; i++)
        {
            var instruction = _il.Instructions[i];
            switch (instruction.OpCode.FlowControl)
            {
                case FlowControl.Branch or FlowControl.Cond_Branch:
                    _targets.UnionWith(Targets(instruction));
                    break;
                case FlowControl.Return or FlowControl.Throw:
                    break;
                default:
                    continue;
            }
            if (i + 1 < _il.Instructions.Count)
                _leaders.Add(_il.Instructions[i + 1].Offset);
        }
        _leaders.UnionWith(_targets);
        foreach (var instruction in _il.Instructions)
        {
            if (instruction.Code == ILOpCode.Ldloca)
                _isShown[(int)instruction.Operand!] = true;
            else if (instruction.Code == ILOpCode.Ldarga)
                _isShownArgument[(int)instruction.Operand!] = true;
        }
    }

    private static bool IsBranch(ILInstruction instruction) =>
        instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch;

    private static int[] Targets(ILInstruction branch) => branch.Operand as int[] ?? [(int)branch.Operand!];

    private void Pass()
    {
        _text.Clear();
        _declarations.Clear();
        _declared.Clear();
        _callees.Clear();
        _stack.Clear();
        _openLoops.Clear();
        (_temporaries, _sharedBytes) = (0, 0);
        (_needsTeam, _exchanges, _usesDynamic) = (false, false, false);
        var isReachable = true;
        Type? constraint = null;
        for (var i = 0; i < _il.Instructions.Count; i++)
        {
            var instruction = _il.Instructions[i];
            _offset = instruction.Offset;
            if (_leaders.Contains(_offset))
            {
                if (isReachable)
                    Leave(_offset);
                isReachable |= _entries.ContainsKey(_offset) || _targets.Contains(_offset);
                _stack.Clear();
                if (_entries.TryGetValue(_offset, out var entry))
                    _stack.AddRange(entry);
                if (_targets.Contains(_offset))
                    _text.Append($"L{_offset:x}:;\n");
            }
            if (!isReachable)
                continue;
            switch (instruction.Code)
            {
                case ILOpCode.Constrained:
                    constraint = (Type)instruction.Operand!;
                    continue;
                case ILOpCode.Readonly or ILOpCode.Volatile or ILOpCode.Unaligned or ILOpCode.Tail:
                    continue;
                case ILOpCode.Call or ILOpCode.Callvirt:
                    Call((MethodBase)instruction.Operand!, constraint);
                    constraint = null;
                    break;
                case ILOpCode.Newarr when TryInitializedArray(i):
                    i += 3;
                    break;
                case ILOpCode.Br when _stack.Count == 0 && _loops.TryGetValue(i, out var loop):
                    _text.Append($"    {(loop.Trips <= MostUnrolled ? "UNROLL " : "")}for (; {loop.Condition};) {{\n");
                    _openLoops.Add(loop.End);
                    break;
                case ILOpCode.Ldloc when _openLoops.Remove(i):
                    _text.Append("    }\n");
                    i += 2;
                    isReachable = true;
                    continue;
                default:
                    Execute(instruction, i + 1 < _il.Instructions.Count ? _il.Instructions[i + 1].Code : ILOpCode.Nop);
                    break;
            }
            isReachable = instruction.OpCode.FlowControl
                is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw);
        }
    }

    // What lies on the stack moves into variables that the block's other predecessors use too.
    private void Leave(int target)
    {
        if (_entries.TryGetValue(target, out var known))
        {
            if (known.Length != _stack.Count)
                throw Error("the depth of the stack depends on the way");
        }
        KeepWhere(value => value.Reads.Any(name => name.StartsWith('s'))); // it would read what another one's move has changed
        var entry = new Value[_stack.Count];
        for (var depth = 0; depth < entry.Length; depth++)
        {
            var value = _stack[depth];
            var type = Normal(value.Type);
            if (known is not null)
                type = known[depth].Type.Join(type);
            if (known is null || !known[depth].Type.Equals(type))
                _changed = true;
            var name = $"s{depth}_{StackKind(type)}";
            Declare(name, type);
            _text.Append($"    {name} = {Cast(value, type)};\n");
            entry[depth] = new(type, name) { IsSimple = true, Reads = new HashSet<string> { name }, Length = value.Length };
        }
        _entries[target] = entry;
    }

    private string StackKind(CType type) => new([.. TypeName(type).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);

    // Small integers are int on the stack.
    private static CType Normal(CType type)
    {
        var plain = type.Type.IsEnum ? type.Type.GetEnumUnderlyingType() : type.Type;
        return plain == typeof(bool) || plain == typeof(byte) || plain == typeof(sbyte) || plain == typeof(short)
            || plain == typeof(ushort) || plain == typeof(char) || plain == typeof(uint) ? new(typeof(int))
            : plain == typeof(ulong) ? new(typeof(long))
            : plain == typeof(nuint) ? new(typeof(nint))
            : type;
    }

    private void Declare(string name, CType type)
    {
        if (_declared.Add(name))
            _declarations.Add($"{TypeName(type)} {name};");
    }

    private void Push(Value value) => _stack.Add(value);

    private void Push(CType type, string text, params ReadOnlySpan<Value> from) => Push(new(type, text) { Reads = Value.Union(from) });

    private void Push(Type type, string text, params ReadOnlySpan<Value> from) => Push(new CType(type), text, from);

    private Value Pop()
    {
        if (_stack.Count == 0)
            throw Error("the stack is empty");
        var value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private Value[] Pop(int count)
    {
        var values = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    // A name for a value, so that it may be used several times and outlives changes of what it reads.
    private Value Keep(Value value)
    {
        if (value.IsSimple && value.Reads.Count == 0)
            return value;
        var name = $"t{_temporaries++}";
        Declare(name, value.Type);
        _text.Append($"    {name} = {value.Text};\n");
        return value with { Text = name, Place = null, IsSimple = true, Reads = Value.Nothing };
    }

    private void KeepAll() => KeepWhere(_ => true);

    private void KeepReadersOf(string variable) => KeepWhere(value => value.Reads.Contains(variable));

    private void KeepWhere(Predicate<Value> condition)
    {
        for (var i = 0; i < _stack.Count; i++)
        {
            if (condition(_stack[i]))
                _stack[i] = Keep(_stack[i]);
        }
    }

    // A value as C takes it for a type: pointers and numbers are converted where C would not do it itself.
    private string Cast(Value value, CType type)
    {
        if (type.IsPointer || value.Type.IsPointer)
        {
            var wanted = TypeName(type);
            return value.Text is "0" || wanted == TypeName(value.Type) ? value.Text : $"(({wanted}){value.Text})";
        }
        if (type.Type.IsPrimitive || type.Type.IsEnum)
            return TypeName(type) == TypeName(value.Type) ? value.Text : $"(({TypeName(type)}){value.Text})";
        if (!TypeName(type).Equals(TypeName(value.Type), StringComparison.Ordinal))
        {
            // Of the same structure, in other spaces: only what points nowhere can be.
            if (value.Type.Type == type.Type)
                return $"ZERO({TypeName(type)})";
            throw Error($"a {value.Type.Type.Name} is used as a {type.Type.Name}");
        }
        return value.Text;
    }

    private void Join(ref CType known, CType type, int offset = 0)
    {
        var joined = known.Join(type, offset);
        if (joined.Equals(known))
            return;
        known = joined;
        _changed = true;
    }

    // A value was stored through a pointer: the variable that it points into takes the value's spaces.
    private void JoinRoot(Root? root, CType type)
    {
        if (root is { } variable)
            Join(ref (variable.IsArgument ? _arguments : _locals)[variable.Number], type, variable.Offset);
    }

    private void Execute(ILInstruction instruction, ILOpCode next)
    {
        var operand = instruction.Operand;
        switch (instruction.Code)
        {
            case ILOpCode.Nop or ILOpCode.Break:
                break;
            case ILOpCode.Pop:
                Pop();
                break;
            case ILOpCode.Dup:
                var twice = Keep(Pop());
                Push(twice);
                Push(twice);
                break;
            case ILOpCode.Ldarg:
                var number = (int)operand!;
                var argument = new Value(_arguments[number], $"a{number}")
                {
                    IsSimple = true,
                    Reads = new HashSet<string> { $"a{number}" },
                    Root = _arguments[number].IsPointer ? new Root(true, number, 1) : null,
                };
                Push(_isShownArgument[number] ? Keep(argument) : argument); // it may change through the pointer
                break;
            case ILOpCode.Ldarga:
                var shown = (int)operand!;
                Push(new(CType.Pointer(_arguments[shown], Space.Private), $"(&a{shown})")
                {
                    Place = $"a{shown}",
                    Reads = new HashSet<string> { $"a{shown}" },
                    Root = new Root(true, shown, 0),
                });
                break;
            case ILOpCode.Starg:
                var stored = Pop();
                Join(ref _arguments[(int)operand!], stored.Type.As(_arguments[(int)operand].Type));
                KeepReadersOf($"a{operand}");
                _text.Append($"    a{operand} = {Cast(stored, _arguments[(int)operand])};\n");
                break;
            case ILOpCode.Ldloc:
                LoadLocal((int)operand!);
                break;
            case ILOpCode.Ldloca:
                var local = (int)operand!;
                _declared.Add($"v{local}");
                Push(new(CType.Pointer(_locals[local], Space.Private), $"(&v{local})")
                {
                    Place = $"v{local}",
                    Reads = new HashSet<string> { $"v{local}" },
                    Root = new Root(false, local, 0),
                });
                break;
            case ILOpCode.Stloc:
                StoreLocal((int)operand!, Pop());
                break;
            case ILOpCode.Ldnull:
                Push(new(CType.All(typeof(void*), Space.Unknown), "0") { IsSimple = true });
                break;
            case ILOpCode.Ldc_i4:
                PushConstant((int)operand!);
                break;
            case ILOpCode.Ldc_i8:
                Push(new(new(typeof(long)), Literal((long)operand!)) { IsSimple = true, Constant = (long)operand! });
                break;
            case ILOpCode.Ldc_r4:
                Push(new(new(typeof(float)), Literal((float)operand!)) { IsSimple = true });
                break;
            case ILOpCode.Ldc_r8:
                Push(new(new(typeof(double)), Literal((double)operand!)) { IsSimple = true });
                break;
            case ILOpCode.Ret:
                Return();
                break;
            case ILOpCode.Br:
                Leave((int)operand!);
                _text.Append($"    goto L{operand:x};\n");
                break;
            case ILOpCode.Brtrue or ILOpCode.Brfalse:
                Branch(Truth(Pop(), instruction.Code == ILOpCode.Brtrue), (int)operand!);
                break;
            case >= ILOpCode.Beq and <= ILOpCode.Blt_un:
                var (left, right) = PopTwo();
                Branch(Comparison(instruction.Code, left, right), (int)operand!);
                break;
            case ILOpCode.Switch:
                Switch((int[])operand!);
                break;
            case ILOpCode.Ldfld:
                LoadField((FieldInfo)operand!);
                break;
            case ILOpCode.Ldflda:
                Push(FieldAddress(Pop(), (FieldInfo)operand!));
                break;
            case ILOpCode.Stfld:
                var value = Pop();
                StoreThrough(FieldAddress(Pop(), (FieldInfo)operand!), value);
                break;
            case ILOpCode.Ldsfld:
                LoadStatic((FieldInfo)operand!);
                break;
            case ILOpCode.Ldsflda:
                ShowStatic((FieldInfo)operand!);
                break;
            case ILOpCode.Newobj:
                New((ConstructorInfo)operand!);
                break;
            case ILOpCode.Newarr:
                NewArray((Type)operand!, Pop());
                break;
            case ILOpCode.Ldlen:
                var array = Pop();
                PushConstant(array.Length >= 0 ? array.Length : throw Error("the length of an array is not known"));
                break;
            case ILOpCode.Initobj:
                var target = Pop();
                var zeroed = new CType((Type)operand!);
                _text.Append($"    {target.Deref} = {Zero(target.Type.IsPointer ? target.Type.Target : zeroed)};\n");
                break;
            case ILOpCode.Sizeof:
                PushConstant(CType.SizeOf((Type)operand!));
                break;
            case ILOpCode.Cpobj:
                var from = Pop();
                StoreThrough(Pop(), Load(from, (Type)operand!));
                break;
            case ILOpCode.Ldobj:
                Push(Load(Pop(), (Type)operand!));
                break;
            case ILOpCode.Stobj:
                var copied = Pop();
                StoreThrough(Pop(), copied, (Type)operand!);
                break;
            case >= ILOpCode.Ldind_i1 and <= ILOpCode.Ldind_ref:
                Push(Load(Pop(), IndirectType(instruction.Code, _stack.Count)));
                break;
            case ILOpCode.Stind_i1 or ILOpCode.Stind_i2 or ILOpCode.Stind_i4 or ILOpCode.Stind_i8 or ILOpCode.Stind_i or ILOpCode.Stind_r4
                or ILOpCode.Stind_r8 or ILOpCode.Stind_ref:
                var indirect = Pop();
                StoreThrough(Pop(), indirect, StoredType(instruction.Code));
                break;
            case ILOpCode.Ldelem or (>= ILOpCode.Ldelem_i1 and <= ILOpCode.Ldelem_ref):
                var at = Pop();
                Push(Load(Element(Pop(), at), null));
                break;
            case ILOpCode.Ldelema:
                var index = Pop();
                Push(Element(Pop(), index));
                break;
            case ILOpCode.Stelem or (>= ILOpCode.Stelem_i and <= ILOpCode.Stelem_ref):
                var element = Pop();
                var place = Pop();
                StoreThrough(Element(Pop(), place), element);
                break;
            default:
                Arithmetic(instruction, next);
                break;
        }
    }

    private void PushConstant(int value) =>
        Push(new(new(typeof(int)), Literal((long)value))
        {
            IsSimple = true,
            Constant = value,
        });

    private (Value Left, Value Right) PopTwo()
    {
        var right = Pop();
        return (Pop(), right);
    }

    private void LoadLocal(int number)
    {
        _declared.Add($"v{number}");
        var value = new Value(_locals[number], $"v{number}")
        {
            IsSimple = true,
            Reads = new HashSet<string> { $"v{number}" },
            Length = _lengths[number],
        };
        Push(_isShown[number] ? Keep(value) : value); // it may change through the pointer
    }

    private void StoreLocal(int number, Value value)
    {
        _declared.Add($"v{number}");
        Join(ref _locals[number], value.Type.As(_locals[number].Type));
        if (value.Length >= 0)
        {
            if (_lengths[number] >= 0 && _lengths[number] != value.Length)
                throw Error("a variable holds arrays of different lengths");
            _lengths[number] = value.Length;
        }
        KeepReadersOf($"v{number}");
        _text.Append($"    v{number} = {Cast(value, _locals[number])};\n");
    }

    private void Return()
    {
        if (_il.ReturnType == typeof(void))
        {
            _text.Append("    return;\n");
            return;
        }
        var value = Pop();
        Join(ref _returnType, value.Type.As(_returnType.Type));
        _text.Append($"    return {Cast(value, _returnType)};\n");
    }

    private void Branch(string condition, int target)
    {
        KeepAll();
        Leave(target);
        _text.Append($"    if ({condition}) goto L{target:x};\n");
    }

    private void Switch(int[] targets)
    {
        var number = Keep(Pop());
        KeepAll();
        foreach (var target in targets)
            Leave(target);
        var cases = targets.Select((target, i) => $" case {i}: goto L{target:x};");
        _text.Append($"    switch ({number.Text}) {{{string.Concat(cases)} }}\n");
    }
}
